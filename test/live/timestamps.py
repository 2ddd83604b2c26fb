# SPDX-License-Identifier: MIT
"""Start times, their distance from now, and the zones people live in."""
import os
import re
import time

from lib.case import Failure, Skip, fact, facts
from lib.talk import Datagrams, Tcp

ZONEINFO = "/usr/share/zoneinfo/"
# None: TZ is not set at all.  The southern ones have summer when the others have none.
TIME_ZONES = {
    "utc": "UTC", "berlin": "Europe/Berlin", "new_york": "America/New_York", "sydney": "Australia/Sydney",
    "santiago": "America/Santiago", "half_an_hour": "Asia/Kolkata", "three_quarters": "Pacific/Chatham",
    "date_line": "Pacific/Kiritimati", "dublin_with_negative_summer": "Europe/Dublin", "casablanca": "Africa/Casablanca",
    "colon": ":Asia/Kolkata", "path": ZONEINFO + "Asia/Tokyo", "colon_path": ":" + ZONEINFO + "Asia/Tokyo",
    "posix_rule": "EST5EDT,M3.2.0,M11.1.0", "posix_southern_rule": "AEST-10AEDT,M10.1.0,M4.1.0/3",
    "posix_julian_rule": "AAA3BBB,J60/2,J300/2", "posix_zero_based_rule": "AAA3BBB,59/2,350/2",
    "posix_no_summer": "JST-9", "posix_minutes": "IST-5:30", "posix_seconds": "LMT-0:53:28", "posix_quoted": "<+0330>-3:30",
    "posix_half_hour_summer": "LHST-10:30LHDT-11,M10.1.0,M4.1.0", "posix_file_name": "EST5EDT",
    "etc_sign": "Etc/GMT+5", "empty": "", "bogus": "Nonsense/Nowhere", "bogus_word": "Bogus", "bogus_offset": "ABC99999",
    "climbing_path": "../../../etc/passwd", "directory": "Europe",
}


def stamped(t):
    t.lab.tracking(timestamp=1)
    Datagrams(t.lab, 4, 40001).ask()


@facts("start_time_is_shown_in_zone_{name}", name=TIME_ZONES)
def zone(t, name):
    value = TIME_ZONES[name]
    stamped(t)
    if not os.path.isdir(ZONEINFO):
        raise Skip("no tzdata")
    t.same("-L -o ktimestamp", "delta-time=* [start=*20* use=1$", env={"TZ": value})


def local(name):
    try:
        with open(ZONEINFO + name, "rb") as f:
            return f.read()
    except OSError:
        raise Skip("no tzdata")


@facts("start_time_is_shown_in_the_machines_zone_{name}",
       name=("Europe/Berlin", "Australia/Sydney", "Asia/Kolkata", "UTC"))
def machine_zone(t, name):
    stamped(t)
    t.etc({"localtime": local(name)})
    t.same("-L -o ktimestamp", "[start=", env={"TZ": None})
    t.same("-L -o ktimestamp", "[start=", env={"TZ": ":/etc/localtime"})
    t.same("-L -o ktimestamp", "[start=", env={"TZ": "America/New_York"})


@facts("start_time_is_in_the_zone_for_a_line_of_a_file_that_{what}", what=("changes", "deletes"))
def zone_of_a_load_file(t, what):
    stamped(t)
    env = {"TZ": "AAA-9"}
    start = re.search(r"\[start=.*?\]", t.run("-L -o ktimestamp", env=env).out).group()
    with open("/run/scratch/lines", "w+") as f:
        f.write({"changes": "-U -m 7", "deletes": "-D"}[what] + " -p udp -o ktimestamp\n")
        f.seek(0)
        got = t.run("-R -", stdin=f, env=env)
    if got.code != 0 or start not in got.out:
        t.fail("-R -", ["should show %s" % start], got)


@facts("start_time_is_utc_when_localtime_is_{what}", what=("missing", "empty", "text", "cut"))
def no_zone(t, what):
    stamped(t)
    content = {"missing": None, "empty": b"", "text": b"no zone at all\n", "cut": local("Europe/Berlin")[:60]}
    t.etc({"localtime": content[what]})
    t.same("-L -o ktimestamp", "[start=", env={"TZ": None})
    utc = re.search(r"\[start=.*?\]", t.run("-L -o ktimestamp", env={"TZ": "UTC"}).out).group()
    t.check("-L -o ktimestamp", utc, env={"TZ": None})


@fact
def distance_from_the_start_grows(t):
    t.lab.tracking(timestamp=1)
    for v in (4, 6):
        Tcp(t.lab, v).reach("ESTABLISHED")
    time.sleep(1.1)
    Datagrams(t.lab, 4).ask()
    t.same_in_all_forms("^tcp * delta-time=* use=1$", "^tcp * delta-time=* use=1$", "^udp * delta-time=* use=1$")
    ages = [int(n) for n in re.findall(r"^tcp .*delta-time=(\d+)", t.run("-L").out, re.M)]
    if len(ages) != 2 or min(ages) < 1:
        raise Failure("two flows are older than a second, -L says %s" % ages)
    t.same("-L -o xml,ktimestamp", lines=6)
    t.same("-G -p udp -s 10.1.1.1 -d 10.2.1.1 --sport 40000 --dport 53 -o ktimestamp", "delta-time=* [start=* use=2$")


@fact
def flows_from_before_the_setting_have_no_start(t):
    t.lab.tracking(timestamp=0)
    Datagrams(t.lab, 4, 40001).ask()
    t.lab.tracking(timestamp=1)
    Datagrams(t.lab, 4, 40002).ask()
    t.same("-L -o ktimestamp", "sport=40001 * mark=0 use=1$", "sport=40002 * mark=0 delta-time=* [start=* use=1$")
    t.same("-L -o xml,ktimestamp", lines=5)
