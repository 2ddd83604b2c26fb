/* SPDX-License-Identifier: MIT */
/*
 * The bytes that tests bring along are a little-endian machine's. What of
 * them is in the order of the machine is turned around here, in place, where
 * the machine is another one: netlink's headers, numbers of its own, and the
 * bitmaps of ctnetlink. Everything else is in the network's order anywhere.
 *
 * Attributes nest where their flag says so. Behind a length that points
 * outside nothing is turned, nor read by anyone.
 */
#ifndef TEST_ORDER_H
#define TEST_ORDER_H

#include <stddef.h>
#include <stdint.h>

/* The messages of a datagram. */
void order_msgs(uint8_t *p, size_t n);

/* A run of attributes, of no table. */
void order_attrs(uint8_t *p, size_t n);

#endif
