// SPDX-License-Identifier: Apache-2.0
/* Graphs with values forward and gradients backward: f = (x + y) z at (-2, 5, -4). */
#include "support/bmt.h"
#include <baeum.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct example {
    bm_graph *g;
    bm_session *s;
    bm_node f;
} example;

static example begin(void)
{
    example e = { .g = bm_graph_new() };
    bm_node x = bm_numbers(e.g, BM_F32, BM_SCALAR, -2), y = bm_numbers(e.g, BM_F32, BM_SCALAR, 5),
            z = bm_numbers(e.g, BM_F32, BM_SCALAR, -4);
    e.f = bm_mul(bm_add(x, y), z);
    e.s = bm_session_new(e.g);
    return e;
}

static void end(example *e)
{
    bm_free(e->s);
    bm_free(e->g);
}

static void dot_has_values_and_gradients(void **state)
{
    (void)state;
    example e = begin();
    FILE *file = tmpfile();
    char text[8192] = { 0 };
    assert_int_equal(bm_picture_dot(e.s, BM_NO_FEEDS, e.f, file), BM_OK);
    rewind(file);
    assert_true(fread(text, 1, sizeof text - 1, file) > 0);
    fclose(file);
    bmt_contains("the sum and its gradient", text, "<font color=\"#1a7f37\">3</font><br/><font color=\"#cf222e\">-4</font>");
    bmt_contains("z and its gradient", text, "<font color=\"#1a7f37\">-4</font><br/><font color=\"#cf222e\">3</font>");
    bmt_contains("the result and 1", text, "<font color=\"#1a7f37\">-12</font><br/><font color=\"#cf222e\">1</font>");
    end(&e);
}

static void svg_or_a_clear_error(void **state)
{
    (void)state;
    char path[] = "/tmp/baeum_picture_XXXXXX";
    close(mkstemp(path));
    example e = begin();
    if (bm_picture_svg(e.s, BM_NO_FEEDS, e.f, path)) bmt_contains("no dot", bm_error(e.s), "install the package graphviz");
    else {
        char text[300] = { 0 };
        FILE *f = fopen(path, "r");
        assert_true(fread(text, 1, sizeof text - 1, f) > 0);
        fclose(f);
        bmt_contains("svg", text, "<?xml");
    }
    end(&e);
    setenv("PATH", "/nowhere", 1);
    e = begin();
    assert_int_equal(bm_picture_svg(e.s, BM_NO_FEEDS, e.f, path), BM_E_UNSUPPORTED);
    bmt_contains("no dot", bm_error(e.s), "install the package graphviz");
    end(&e);
    unlink(path);
}

static void foreign_node_is_refused(void **state)
{
    (void)state;
    example e = begin();
    bm_graph *other = bm_graph_new();
    assert_int_equal(bm_picture_dot(e.s, BM_NO_FEEDS, bm_number(other, 1), stderr), BM_E_ARGUMENT);
    bmt_contains("which", bm_error(e.s), "another graph");
    bm_free(other);
    end(&e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dot_has_values_and_gradients),
        cmocka_unit_test(svg_or_a_clear_error),
        cmocka_unit_test(foreign_node_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
