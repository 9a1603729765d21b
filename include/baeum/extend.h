// SPDX-License-Identifier: Apache-2.0
/* Records of kinds, for adding operations, layers, losses, optimisers ... from outside the library. A kind from outside is a
 * const record passed where it is used; nothing is registered. Records start with their size and grow at the end only.
 */
// clang-format off
#ifndef BAEUM_EXTEND_H
#define BAEUM_EXTEND_H
#include <baeum/extend_graph.h>
#include <baeum/extend_nn.h>
#endif
