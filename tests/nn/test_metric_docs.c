// SPDX-License-Identifier: Apache-2.0
/* The table of metrics in docs/judging.md is what the records say. With an argument this program prints the rows of the table:
 * build/tests/test_nn_metric_docs print
 */
#include "base/text.h"
#include "nn/metrics/metric.h"
#include "support/bmt.h"
#include <stdlib.h>
#include <string.h>

enum { ROW = 1000 };

static size_t put(char *row, size_t n, const char *text)
{
    for (; *text && n < ROW - 3; text++) {
        if (*text == '|') row[n++] = '\\';
        row[n++] = *text;
    }
    row[n] = 0;
    return n;
}

/* | `fbeta(beta 2, threshold .5)` | what | formula | as | larger | */
static void write_row(const bm_metric_kind *k, char row[ROW])
{
    char number[32];
    size_t n = put(strcpy(row, "| `") + 0, 3, k->name);
    for (int i = 0; i < 2 && k->number[i].name; i++) {
        n += (size_t)snprintf(row + n, ROW - n, "%s%s ", i ? ", " : "(", k->number[i].name);
        bmi_write_real(number, k->number[i].initial);
        n = put(row, n, number);
    }
    n += (size_t)snprintf(row + n, ROW - n, "%s` | ", k->number[0].name ? ")" : "");
    n = put(row, n, k->doc);
    n += (size_t)snprintf(row + n, ROW - n, " | ");
    n = put(row, n, k->formula);
    n += (size_t)snprintf(row + n, ROW - n, " | ");
    n = put(row, n, k->source);
    snprintf(row + n, ROW - n, " | %s |", k->maximize ? "larger" : "smaller");
}

static void as_documented(void **state)
{
    size_t bytes;
    char *text = (char *)bmt_read("docs/judging.md", &bytes), row[ROW];
    int rows = 0, metrics = 0;
    (void)state;
    for (size_t i = 0; bmi_kind_at("metric", i); i++, metrics++) {
        write_row(bmi_kind_at("metric", i)->record, row);
        if (!strstr(text, row)) fail_msg("docs/judging.md lacks this row (test_nn_metric_docs print writes all):\n%s", row);
    }
    for (const char *at = text; (at = strstr(at, "\n| `")); at++) {
        const char *end = strchr(at + 1, '\n');
        rows += !strncmp(end - 8, "larger |", 8) || !strncmp(end - 9, "smaller |", 9);
    }
    assert_int_equal(rows, metrics);
    free(text);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(as_documented) };
    char row[ROW];
    (void)argv;
    for (size_t i = 0; argc > 1 && bmi_kind_at("metric", i); i++) {
        write_row(bmi_kind_at("metric", i)->record, row);
        puts(row);
    }
    return argc > 1 ? 0 : cmocka_run_group_tests(tests, NULL, NULL);
}
