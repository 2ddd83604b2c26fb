# SPDX-License-Identifier: MIT
PKG_BUILD_DIR:=$(BUILD_DIR)/$(PKG_NAME)-$(PKG_VERSION)
PKG_INSTALL_DIR:=$(PKG_BUILD_DIR)/ipkg-install

needed = $(if $($(1)),,$(error no $(1)))
$(foreach field,NAME VERSION RELEASE SOURCE SOURCE_URL HASH MAINTAINER LICENSE \
	LICENSE_FILES,$(call needed,PKG_$(field)))

# Recipes are expanded when they run, so that what stands behind an include is
# known to them.
define BuildPackage
$(eval $(Package/$(1)))
$(foreach field,SECTION CATEGORY TITLE DEPENDS,$(call needed,$(field)))
$(call needed,Package/$(1)/description)

fields:
	@echo 'name $(1)'
	@echo 'provides $(PROVIDES)'
	@echo 'conflicts $(CONFLICTS)'
	@echo 'depends $(DEPENDS)'

package:
	echo '$(PKG_HASH)  $(PKG_SOURCE_URL:file://%=%)/$(PKG_SOURCE)' | sha256sum -c
	mkdir -p $(BUILD_DIR)
	tar -C $(BUILD_DIR) -xf $(PKG_SOURCE_URL:file://%=%)/$(PKG_SOURCE)
	test -s $(PKG_BUILD_DIR)/$(PKG_LICENSE_FILES)
	$$(Build/Configure)
	$$(Build/Compile)
	$$(if $$(PKG_INSTALL),$$(Build/Install))
	$$(call Package/$(1)/install,$(WORK)/ipkg)
	for f in $$$$(find $(WORK)/ipkg -type f -perm /111); do $$(RSTRIP) $$$$f; done
endef
