// SPDX-License-Identifier: Apache-2.0
/* Recipes from the command line: --step, options that are named as steps, what is left out of the usual preparation. */
#include "support/bmt_command.h"
#include <string.h>

/* Steps of a recipe by options, in their order; the model does them to raw rows. */
static void steps(void **state)
{
    (void)state;
    const bmt_run r =
        bmt_exits(bmt_sh("baeum train infert -d stratum,pooled.stratum --step 'education=ordinal:0-5yrs < 6-11yrs < 12+ yrs' "
                         "--step age,parity=polynomial:2 --step min_max"),
                  0);
    bmt_contains("an order", r.out, "recipe       education: ordinal 0-5yrs < 6-11yrs < 12+ yrs\n");
    bmt_contains("powers", r.out, "age, parity: polynomial\n");
    bmt_contains("and no other scale", r.out, "education, age, age^2, parity, parity^2, induced, spontaneous: min_max\nsplit ");
    bmt_contains("unseen",
                 bmt_exits(bmt_sh("printf 'education,age,parity,induced,spontaneous\nPhD,30,1,1,1\n' | "
                                  "baeum predict infert.safetensors -"),
                           0)
                     .err,
                 "1 cell has a category that was not there in training");
    const bmt_run several = bmt_exits(bmt_sh("baeum train infert -d stratum,pooled.stratum --step age=outliers:iqr,limit=.7 "
                                             "--step education=target_encode:5 --step age,parity=pca:1 --step select:f,most=2"),
                                      0);
    bmt_contains("rows left out", several.out, " training rows are not learned from (iqr, limit 0.7)\n");
    bmt_contains("components", several.out, "pca: 1 of 2 components, ");
    bmt_contains("a selection", several.out, "select: 2 of 4 columns by f: ");
    bmt_exits(bmt_sh("printf 'education,age,parity,induced,spontaneous\nPhD,99,1,1,1\n' | baeum predict infert.safetensors -"),
              0);
    bmt_contains("what is shown", bmt_exits(bmt_sh("baeum inspect infert.safetensors"), 0).out, "education: target_encode 5\n");
    const bmt_run prepared = bmt_exits(bmt_sh("baeum train infert -d stratum,pooled.stratum --pca 2"), 0);
    bmt_contains("what it needs is done before", prepared.out,
                 "education: one-hot into 4\n             pca: 2 of 4 components, ");
    const bmt_run named = bmt_exits(bmt_sh("baeum train infert -d stratum,pooled.stratum --log1p auto --robust age=.1,.9 "
                                           "--one-hot education=least_rows=20"),
                                    0);
    bmt_contains("skewed columns", named.out, "parity: skew ");
    bmt_contains("columns, then a setting with a sign", named.out, "age: robust 0.1,high=0.9\n");
    bmt_contains("categories that are joined", named.out, "education: one_hot least_rows=20\n");
}

/* What --step and the options of steps are given, where it can be read in two ways or means nothing. */
static void values(void **state)
{
    (void)state;
    bmt_contains("a setting that is a step's name",
                 bmt_exits(bmt_sh("baeum train iris --step Petal.Length,Petal.Width=bins:4,by=quantile"), 0).out,
                 "Petal.Length, Petal.Width: bins 4,by=quantile\n");
    bmt_contains("a number that is no column", bmt_exits(bmt_sh("baeum train iris --select 5"), 2).err,
                 "--select: \"5\" is neither a column nor a setting (by, most, share, threshold, seed); did you mean most=5?; "
                 "baeum help "
                 "select tells");
    bmt_contains("a word that is no column", bmt_exits(bmt_sh("baeum train iris --impute knn"), 2).err,
                 "--impute: \"knn\" is neither a column nor a setting (with, text, indicator); baeum help impute tells");
    bmt_contains("nearly a column", bmt_exits(bmt_sh("baeum train iris --impute Petal.Widht"), 2).err,
                 "--impute: there is no column \"Petal.Widht\"; did you mean \"Petal.Width\"?");
    bmt_contains("too large a number",
                 bmt_exits(bmt_sh("baeum train iris -t Petal.Width --step Species=target_encode:1e308"), 2).err,
                 "smooth is 1e+308, must be >= 0 and <= 1e+100");
}

/* --without names what of the usual preparation is left out. */
static void without(void **state)
{
    (void)state;
    bmt_contains("the usual", bmt_exits(bmt_sh("baeum train iris"), 0).out, "Petal.Width: standardised\n");
    const bmt_run raw = bmt_exits(bmt_sh("baeum train iris --without standardize"), 0);
    assert_null(strstr(raw.out, "standardised"));
    bmt_contains("text without columns of its own", bmt_exits(bmt_sh("baeum train infert -d stratum --without all"), 1).err,
                 "is text at the end of the recipe");
    const bmt_run wrong = bmt_exits(bmt_sh("baeum train iris --without scale"), 1);
    bmt_contains("no such step", wrong.err,
                 "without names \"scale\"; by default there are datetime, drop, impute, standardize and one_hot");
    bmt_exits(bmt_sh("baeum compare iris --without standardize,impute --models softmax"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(steps), cmocka_unit_test(without), cmocka_unit_test(values) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
