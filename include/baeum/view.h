// SPDX-License-Identifier: Apache-2.0
/* Seeing: a computational graph with the values that go forward and the gradients that come back. */
// clang-format off
#ifndef BAEUM_VIEW_H
#define BAEUM_VIEW_H
#include <baeum/session.h>
#ifdef __cplusplus
extern "C" {
#endif

/** Writes what y depends on in Graphviz's DOT language, with numbers on the edges from a run with these feeds: forward values
 *  in green, derivatives of y (summed over its elements) in red. Adds gradient nodes to the graph.
 *  Errors on s: as bm_run and bm_gradient; BM_E_FILE the stream refuses */
BM_API bm_status bm_picture_dot_at(bm_session *s, bm_feeds feeds, bm_node y, FILE *to, bm_place here);
#define bm_picture_dot(s, feeds, y, to) bm_picture_dot_at((s), feeds, (y), (to), BM_HERE)

/** The same as an SVG file, by Graphviz's program `dot`.
 *  Errors on s: as bm_picture_dot; BM_E_UNSUPPORTED there is no `dot` (names the package to install); BM_E_FILE */
BM_API bm_status bm_picture_svg_at(bm_session *s, bm_feeds feeds, bm_node y, const char *path, bm_place here);
#define bm_picture_svg(s, feeds, y, path) bm_picture_svg_at((s), feeds, (y), (path), BM_HERE)

#ifdef __cplusplus
}
#endif
#endif
