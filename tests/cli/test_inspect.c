// SPDX-License-Identifier: Apache-2.0
/* baeum inspect on models: layers, recipe, scores, and the kernels of a training step. On tables: test_data.c; on arrays:
 * test_formats.c.
 */
#include "support/bmt_command.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void models(void **state)
{
    (void)state;
    bmt_exits(bmt_sh("baeum train creditcard -m 'dense 8 relu, dropout .2' -e 2 -q -o m.st"), 0);
    const bmt_run r = bmt_exits(bmt_sh("baeum inspect m.st"), 0);
    static const char *const says[] = {
        "target       card: classification\n",
        "recipe       reports, age,",
        "owner, selfemp: one-hot into 6\n",
        "features     15\n             reports, ",
        "owner=no, owner=yes",
        "fit          adam, rate .001 · binary_crossentropy · 2 epochs\n",
        "made by      baeum ",
        ", seed 0\n",
        "classes      2\n",
        "layer      kind     output shape    parameters\n",
        "dense_1    dense    (any, 8)               128\n",
        "dropout_1  dropout  (any, 8)                 0\n",
        "output     dense    (any, 1)                 9\n",
        "all                                        137\n",
        "\ntrain   ",
        "\nvalidation   ",
        "\ntest   ",
        "\nbaseline   ",
    };
    for (size_t i = 0; i < BMI_COUNT(says); i++) bmt_contains("inspect", r.out, says[i]);
    json_t *json = bmt_json(bmt_exits(bmt_sh("baeum inspect m.st --json"), 0));
    bmt_near("parameters", bmt_json_number(json, "parameters"), 137, 0);
    assert_string_equal(bmt_json_string(json, "task"), "classification");
    assert_string_equal(bmt_json_string(json, "version"), bm_version());
    bmt_near("seed", bmt_json_number(json, "seed"), 0, 0);
    assert_string_equal(bmt_json_string(json, "target"), "card");
    assert_int_equal(json_array_size(json_object_get(json, "features")), 15);
    assert_string_equal(bmt_json_string(json, "fit.optimizer"), "adam");
    bmt_near("epochs", bmt_json_number(json, "fit.epochs"), 2, 0);
    assert_string_equal(bmt_json_string(json, "fit.stopped_by"), "epochs");
    assert_int_equal(json_array_size(json_object_get(json, "layers")), 4);
    assert_string_equal(bmt_json_string(json_array_get(json_object_get(json, "layers"), 1), "kind"), "dense");
    assert_true(bmt_json_number(json, "metrics.test.accuracy") > 0);
    json_decref(json);
    bmt_exits(bmt_sh("cp m.st plain"), 0); /* it is the content that tells, not the name */
    assert_string_equal(bmt_exits(bmt_sh("baeum inspect plain"), 0).out, r.out);
}

/* y = 3 a + 1, a from 1 to 100: in the table's units, as baeum explain tells them. */
static void coefficients(void **state)
{
    (void)state;
    bmt_exits(bmt_sh("(echo a,c,y; seq 100 | awk '{ print $1 (NR %% 3 ? \",u,\" : \",v,\") 3 * $1 + 1 }') > lin.csv && "
                     "baeum train lin.csv -t y --validation 0 --test 0 -q"),
              0);
    static const char *const commands[] = { "inspect", "explain" };
    for (int k = 0; k < 2; k++) {
        json_t *json = bmt_json(bmt_exits(bmt_sh("baeum %s lin.safetensors --json", commands[k]), 0));
        const json_t *of = json_object_get(json, "coefficients");
        int seen = 0;
        for (size_t i = 0; i < json_array_size(of); i++) {
            const json_t *row = json_array_get(of, i);
            const char *feature = bmt_json_string(row, "feature");
            const double value = bmt_json_number(row, "coefficient");
            seen += !strcmp(feature, "a") || !strcmp(feature, "c=u") || !strcmp(feature, "intercept");
            if (!strcmp(feature, "a")) bmt_near("a", value, 3, 1e-5);
            if (!strcmp(feature, "c=u")) bmt_near("c=u", value, 0, 1e-4);
            if (!strcmp(feature, "intercept")) bmt_near("intercept", value, 1, 1e-3);
        }
        assert_int_equal(seen, 3);
        json_decref(json);
    }
    const bmt_run r = bmt_exits(bmt_sh("baeum inspect lin.safetensors"), 0);
    bmt_contains("the table", r.out, "coefficient");
    bmt_contains("where there is more", r.out, "baeum explain lin.safetensors has errors");
    bmt_exits(bmt_sh("cp lin.safetensors 'my line.st'"), 0);
    bmt_contains("a name of two words", bmt_exits(bmt_sh("baeum inspect 'my line.st'"), 0).out,
                 "baeum explain 'my line.st' has errors");
    bmt_contains("a method of its own", r.out, "\nfit          solved");
    const char *once = strstr(r.out, "c=u"); /* the features stand in one table */
    assert_true(once && !strstr(once + 1, "c=u"));
    bmt_contains("values and counts", bmt_exits(bmt_sh("baeum inspect lin.csv"), 0).out, "u (67), v (33)\n");
    bmt_exits(bmt_sh("printf 'when,what\\n1/31/2024,1/31/2024\\n2/1/2024,then\\n' > days.csv"), 0);
    const bmt_run days = bmt_exits(bmt_sh("baeum inspect days.csv"), 0);
    bmt_contains("dates", days.out, "\nwhen     date ");
    bmt_contains("no dates", days.out, "\nwhat     text ");
    bmt_exits(bmt_sh("baeum train iris -m mlp:4 --rate 0 --patience 3 -q -o best.st"), 0);
    bmt_contains("the best epoch", bmt_exits(bmt_sh("baeum inspect best.st"), 0).out, " · 4 epochs, the weights of epoch 1\n");
    bmt_exits(bmt_sh("baeum train iris -q && baeum inspect iris.safetensors | grep 'Species=versicolor *coefficient'"), 0);
    assert_null(
        strstr(bmt_exits(bmt_sh("baeum train iris -q -m mlp:4 -e 1 && baeum inspect iris.safetensors"), 0).out, "coefficient"));
}

/* Each kernel with its shape, bytes, operations and time, numbered from 0; as many as the first line says. */
static void plans(void **state)
{
    (void)state;
    static const struct {
        const char *train, *has;
    } rows[] = {
        { "iris -m mlp:8 -e 1", "(32, 8)" },
        { "creditcard -t share -e 1 -m 'dense 16 relu, dropout .5, dense 8 tanh'", "(32, 16)" },
        { "iris", "(32, 3)" },
        { "creditcard -t share", "(32, 1)" },
    };
    for (size_t i = 0; i < BMI_COUNT(rows); i++) {
        const bmt_run r =
            bmt_exits(bmt_sh("baeum train %s -q -o p.st > train.out && baeum inspect p.st --plan", rows[i].train), 0);
        int kernels = 0, number = -1;
        if (sscanf(r.out, "%d kernels, ", &kernels) != 1 || kernels < 1) fail_msg("%s: %s", rows[i].train, r.out);
        bmt_contains("planned", bmt_line(r.out, 0), " planned in ");
        bmt_contains("buffers", bmt_line(r.out, 0), " of buffers");
        for (int k = 0; k < kernels; k++) {
            const char *line = bmt_line(r.out, k + 1);
            assert_int_equal(sscanf(line, "%d", &number), 1);
            assert_int_equal(number, k);
            static const char *const units[] = { "(", " kB", " kFLOP", " us", "FLOP/s" };
            for (size_t u = 0; u < BMI_COUNT(units); u++) bmt_contains("a kernel", line, units[u]);
        }
        bmt_contains(rows[i].train, r.out, rows[i].has);
        bmt_contains("the sum", bmt_line(r.out, kernels + 1), " us");
    }
    bmt_exits(bmt_sh("baeum train iris -m mlp:8 -e 1 -q -o p.st"), 0);
    bmt_contains("more rows", bmt_exits(bmt_sh("baeum inspect p.st --plan --batch 77 --threads 1"), 0).out, "(77, 8)");
    bmt_contains("threads", bmt_exits(bmt_sh("baeum inspect p.st --plan --threads 1"), 0).out, ", 1 thread\n");
    bmt_contains("text", bmt_exits(bmt_sh("baeum inspect p.st --plan --json"), 2).out, "does not go with --json");
    bmt_contains("an empty batch", bmt_exits(bmt_sh("baeum inspect p.st --plan --batch 0"), 2).err, "--batch is \"0\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(models), cmocka_unit_test(coefficients), cmocka_unit_test(plans) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
