// SPDX-License-Identifier: Apache-2.0
/* baeum train: validation and test rows that are files of their own. */
#include "support/bmt_command.h"
#include <string.h>

/* Parts that are files of their own: what they have and training had not is told of each, as evaluate tells it. */
static void files_of_parts(void **state)
{
    (void)state;
    bmt_exits(bmt_sh("(echo x,c,day,y; seq 90 | awk '{ printf \"%%d,%%s,2024-%%02d-%%02d,%%d\\n\", $1 * 7 %% 31, "
                     "substr(\"pqr\", $1 %% 3 + 1, 1), $1 %% 12 + 1, $1 %% 28 + 1, $1 * 7 %% 31 * 2 }') > x.csv"),
              0);
    bmt_exits(bmt_sh("printf 'x,c,day,y\\n1,p,2024-01-02,2\\n2,q,2024-01-03,4\\n' > same.csv"), 0);
    bmt_exits(bmt_sh("printf 'x,c,day,y\\nmany,p,2024-01-02,2\\nmany,s,someday,4\\n,t,2024-01-02,4\\n,,,6\\n' > other.csv"), 0);
    const bmt_run r = bmt_exits(bmt_sh("baeum train x.csv -t y --validation same.csv --test other.csv"), 0);
    static const char *const told[] = {
        "\n! test: 4 cells were missing and filled as in training\n",
        "\n! test: 2 cells have a category that was not there in training: c \"s\" (1), \"t\" (1)\n",
        "\n! test: 2 cells are no number where training had numbers and taken as missing: x \"many\" (2)\n",
        "\n! test: 1 cell is no date where training had dates and taken as missing: day \"someday\" (1)\n",
        "\n! test: row 4 is empty in all columns of the model: its prediction rests on fillings\n",
    };
    for (size_t i = 0; i < BMI_COUNT(told); i++) bmt_contains("told", r.out, told[i]);
    assert_null(strstr(r.out, "! validation: "));
    json_t *json = bmt_json(bmt_exits(bmt_sh("baeum train x.csv -t y --validation same.csv --test other.csv --json"), 0));
    bmt_near("unreadable", bmt_json_number(json, "counts.test.unreadable"), 3, 0);
    bmt_near("unseen", bmt_json_number(json, "counts.test.unseen"), 2, 0);
    bmt_near("nothing", bmt_json_number(json, "counts.validation.unreadable"), 0, 0);
    json_decref(json);
    json = bmt_json(bmt_exits(bmt_sh("baeum train x.csv -t y --json"), 0));
    assert_null(json_object_get(json, "counts")); /* shares of one file */
    json_decref(json);
}

/* They are read as the training rows are written: a unit, or a comma, that those have not makes no number. */
static void forms_of_parts(void **state)
{
    (void)state;
    bmt_exits(bmt_sh("for u in '' ' kg' ' lb' '%%'; do (echo x,y; seq 90 | awk -v u=\"$u\" '{ print $1 * 7 %% 31 + .5 u \",\" "
                     "$1 * 7 %% 31 "
                     "* 2 + $1 %% 3 }') > \"x$u.csv\"; done"),
              0);
    const struct {
        const char *training, *test;
        double unreadable;
    } cases[] = {
        { "x", "x", 0 },        { "x", "x kg", 90 }, { "x", "x%", 90 },    { "x kg", "x kg", 0 },
        { "x kg", "x lb", 90 }, { "x kg", "x", 0 },  { "x kg", "x%", 90 },
    };
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        json_t *json = bmt_json(
            bmt_exits(bmt_sh("baeum train '%s.csv' -t y --test '%s.csv' --json", cases[i].training, cases[i].test), 0));
        bmt_near(cases[i].test, bmt_json_number(json, "counts.test.unreadable"), cases[i].unreadable, 0);
        json_decref(json);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(files_of_parts), cmocka_unit_test(forms_of_parts) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
