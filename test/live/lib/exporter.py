# SPDX-License-Identifier: MIT
"""Prometheus's node exporter with its textfile collector, and pages of metrics."""
import os
import re
import shutil
import subprocess
import time
import urllib.error
import urllib.request

from lib.case import Failure, Skip

# test/run unpacks it there: its installation would start a service.
UNPACKED = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                        "../../../build/exporter/usr/bin/prometheus-node-exporter")
PATIENCE = 30
SAMPLE = re.compile(r"([a-zA-Z_:][\w:]*(?:\{.*\})?) (\S+)(?: -?\d+)?")


def page(t, directory, port=9100):
    """What the exporter makes of the *.prom files of a directory; it runs in the calling process's namespace."""
    program = shutil.which("prometheus-node-exporter") or UNPACKED
    if not os.access(program, os.X_OK):
        raise Skip("no prometheus-node-exporter")
    t.lab.ip("link set lo up\n")
    where = "127.0.0.1:%d" % port
    with open("/run/scratch/exporter", "w+") as log, subprocess.Popen(
            [program, "--collector.disable-defaults", "--collector.textfile", "--web.disable-exporter-metrics",
             "--collector.textfile.directory=" + directory, "--web.listen-address=" + where],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log) as process:
        try:
            return read("http://%s/metrics" % where, process)
        except OSError as error:
            log.seek(0)
            raise Failure("the node exporter: %s\n%s" % (error, log.read()))
        finally:
            process.kill()


def read(url, process):
    """Without the environment's proxies; again as long as nobody listens yet."""
    end = time.monotonic() + PATIENCE
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while True:
        try:
            with opener.open(url, timeout=PATIENCE) as answer:
                return answer.read().decode()
        except urllib.error.HTTPError:
            raise
        except OSError:
            if process.poll() is not None or time.monotonic() > end:
                raise
        time.sleep(0.05)


def samples(text, prefix=""):
    """{name with labels: value} and {name: type} of a page in Prometheus's own format."""
    values, types = {}, {}
    for line in text.splitlines():
        if line.startswith("# TYPE "):
            name, kind = line.split(" ")[2:]
            if name.startswith(prefix):
                types[name] = kind
        elif line and not line.startswith("#"):
            found = SAMPLE.fullmatch(line)
            if not found or found.group(1) in values:
                raise Failure("no sample, or one twice: " + line)
            if line.startswith(prefix):
                values[found.group(1)] = float(found.group(2))
    return values, types


def strict(text):
    """A page in OpenMetrics, read by Prometheus's own parser: a list of metrics. What is wrong is a ValueError."""
    try:
        from prometheus_client.openmetrics import parser
    except ImportError:
        raise Skip("no python3-prometheus-client")
    families = list(parser.text_string_to_metric_families(text))
    if sum(len(family.samples) for family in families) != len(re.findall("^[^#\n]", text, re.M)):
        raise ValueError("a sample comes twice, which the parser passes over")
    return families
