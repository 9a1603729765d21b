// SPDX-License-Identifier: Apache-2.0
/* docs/contract.md says which test shows what: each that it names is there and runs, and each test program of the contract is in its table.
 */
#include "support/bmt.h"
#include <stdlib.h>
#include <string.h>

static char *read_source(const char *name)
{
    char path[400];
    size_t n;
    const char *root = getenv("BAEUM_SOURCE");
    snprintf(path, sizeof path, "%s/%s", root ? root : ".", name);
    return (char *)bmt_read(path, &n);
}

/* Every `area/name: test` of the page. */
static void named_tests(void **state)
{
    (void)state;
    char *page = read_source("docs/contract.md");
    int found = 0;
    for (char *at = strchr(page, '`'), *end; at; at = strchr(end + 1, '`')) {
        char area[40], name[60], test[60], path[200], entry[100];
        if (!(end = strchr(at + 1, '`'))) break;
        if (sscanf(at, "`%39[a-z]/%59[a-z_]: %59[a-z0-9_]`", area, name, test) != 3) continue;
        snprintf(path, sizeof path, "tests/%s/test_%s.c", area, name);
        snprintf(entry, sizeof entry, "cmocka_unit_test(%s)", test);
        char *source = read_source(path);
        if (!strstr(source, entry)) fail_msg("docs/contract.md names the test \"%s\" of %s, which has none", test, path);
        free(source);
        found++;
    }
    assert_true(found > 80);
    free(page);
}

/* Every test of the programs of the contract is told by the page. */
static void told_tests(void **state)
{
    (void)state;
    static const char *const programs[] = { "model/learner_kinds", "model/learner_rows", "model/learner_data",
                                            "model/learner_state", "model/learner_bits", "model/learner_refusals",
                                            "data/step_kinds",     "data/step_rows",     "data/step_state",
                                            "data/step_bits" };
    char *page = read_source("docs/contract.md");
    for (size_t i = 0; i < sizeof programs / sizeof *programs; i++) {
        char path[200], area[20], name[60], test[60], entry[200];
        assert_int_equal(sscanf(programs[i], "%19[a-z]/%59s", area, name), 2);
        snprintf(path, sizeof path, "tests/%s/test_%s.c", area, name);
        char *source = read_source(path);
        for (const char *at = source; (at = strstr(at, "cmocka_unit_test(")); at++) {
            if (sscanf(at, "cmocka_unit_test(%59[a-z0-9_])", test) != 1) continue;
            snprintf(entry, sizeof entry, "`%s: %s`", programs[i], test);
            if (!strstr(page, entry)) fail_msg("docs/contract.md does not tell %s", entry);
        }
        free(source);
    }
    free(page);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(named_tests), cmocka_unit_test(told_tests) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
