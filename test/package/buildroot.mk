# SPDX-License-Identifier: MIT
#
# What a package's .mk asks of Buildroot, by the same names, for one package:
# make -f buildroot.mk RECIPE=.../rawtrack.mk WORK=... CROSS=...
TARGET_DIR = $(WORK)/target
BUILD_DIR = $(WORK)/build
KCONFIG_DOT_CONFIG = $(WORK)/linux.config

define KCONFIG_ENABLE_OPT
@echo '$(strip $(1))=y' >>$(KCONFIG_DOT_CONFIG)
endef

define meson-package
RAWTRACK_PKGDIR = $(dir $(RECIPE))
ifneq ($$(filter %/,$$(RAWTRACK_SITE)),)
$$(error RAWTRACK_SITE cannot have a trailing slash)
endif
$$(foreach field,VERSION SOURCE SITE SITE_METHOD LICENSE LICENSE_FILES,\
	$$(if $$(RAWTRACK_$$(field)),,$$(error no RAWTRACK_$$(field))))
MADE = yes
endef

all: package

include $(RECIPE)
$(if $(MADE),,$(error it makes no package))

# Every line of the .hash must hold, and both files must have one.
TREE = $(BUILD_DIR)/rawtrack-$(RAWTRACK_VERSION)
package:
	test '$(RAWTRACK_SITE_METHOD)' = file
	grep -q ' $(RAWTRACK_SOURCE)$$' $(RECIPE:.mk=.hash)
	grep -q ' $(RAWTRACK_LICENSE_FILES)$$' $(RECIPE:.mk=.hash)
	mkdir -p $(TREE) $(TARGET_DIR)
	tar -C $(TREE) --strip-components=1 -xf $(RAWTRACK_SITE)/$(RAWTRACK_SOURCE)
	cp $(RAWTRACK_SITE)/$(RAWTRACK_SOURCE) $(WORK)
	cp $(TREE)/$(RAWTRACK_LICENSE_FILES) $(WORK)
	cd $(WORK) && sed -n 's/^sha256  //p' $(RECIPE:.mk=.hash) | sha256sum -c
	meson setup --prefix=/usr --libdir=lib --default-library=shared \
		--buildtype=release --cross-file=$(CROSS) -Dstrip=false \
		-Dbuild.pkg_config_path=/nonexistent $(RAWTRACK_CONF_OPTS) \
		$(TREE) $(TREE)/buildroot-build
	ninja -C $(TREE)/buildroot-build
	DESTDIR=$(TARGET_DIR) ninja -C $(TREE)/buildroot-build install
	$(foreach hook,$(RAWTRACK_POST_INSTALL_TARGET_HOOKS),$(call $(hook)))
	$(RAWTRACK_LINUX_CONFIG_FIXUPS)
