# SPDX-License-Identifier: MIT
#
# What a package's Makefile asks of OpenWrt's build system, by the same names,
# for one package: WORK is where things are made, CROSS the cross file.
INCLUDE_DIR:=$(TOPDIR)/include
BUILD_DIR:=$(WORK)/build_dir
INSTALL_DIR:=install -d -m0755
INSTALL_BIN:=install -m0755
INSTALL_DATA:=install -m0644
