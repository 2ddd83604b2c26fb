# SPDX-License-Identifier: MIT
define Build/Configure
	meson setup --buildtype plain --cross-file $(CROSS) -Ddefault_library=both \
		--prefix /usr $(MESON_ARGS) $(PKG_BUILD_DIR)/openwrt-build $(PKG_BUILD_DIR)
endef

define Build/Compile
	ninja -C $(PKG_BUILD_DIR)/openwrt-build
endef

define Build/Install
	DESTDIR=$(PKG_INSTALL_DIR) ninja -C $(PKG_BUILD_DIR)/openwrt-build install
endef
