################################################################################
#
# rawtrack (SPDX-License-Identifier: MIT)
#
################################################################################

RAWTRACK_VERSION = 0.1.0
RAWTRACK_SOURCE = rawtrack-$(RAWTRACK_VERSION).tar.gz
# Beside this file, where .ci/package/recipes has put it.
RAWTRACK_SITE = $(patsubst %/,%,$(RAWTRACK_PKGDIR))
RAWTRACK_SITE_METHOD = file
RAWTRACK_LICENSE = MIT
RAWTRACK_LICENSE_FILES = COPYING
RAWTRACK_CONF_OPTS = -Db_lto=false -Db_pie=false -Dwerror=false

# Entries are told of at all, and events of them, for -E.
define RAWTRACK_LINUX_CONFIG_FIXUPS
	$(call KCONFIG_ENABLE_OPT,CONFIG_NETFILTER)
	$(call KCONFIG_ENABLE_OPT,CONFIG_NF_CONNTRACK)
	$(call KCONFIG_ENABLE_OPT,CONFIG_NF_CT_NETLINK)
	$(call KCONFIG_ENABLE_OPT,CONFIG_NF_CONNTRACK_EVENTS)
endef

# For who writes programs; manual and completions go with Buildroot's own rules.
define RAWTRACK_REMOVE_SCHEMA
	rm -rf $(TARGET_DIR)/usr/share/rawtrack
endef
RAWTRACK_POST_INSTALL_TARGET_HOOKS += RAWTRACK_REMOVE_SCHEMA

$(eval $(meson-package))
