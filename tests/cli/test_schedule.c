// SPDX-License-Identifier: Apache-2.0
/* Schedules that go to an end, cosine and polynomial, end with the fit unless their steps are given; what was taken is said. */
#include "support/bmt_command.h"
#include <string.h>

static void whole_fit(void **state)
{
    (void)state;
    static const struct {
        const char *arguments, *says;
    } cases[] = {
        { "-m mlp:4 --optimizer adam:schedule=cosine -e 4 -b 13",
          "adam, rate .001 (cosine over 32 steps) · " },                              /* 104 rows: 8 an epoch */
        { "-m mlp:4 --optimizer adam:schedule=cosine", "(cosine over 1,000 steps)" }, /* 250 epochs of 4 */
        { "-m mlp:4,epochs=3,batch=20 --optimizer adam:schedule=polynomial", "(polynomial over 18 steps)" },
        { "-m mlp:4,epochs=3,batch=20,optimizer=sgd:schedule=cosine", "sgd, rate .01 (cosine over 18 steps)" },
        { "-m 'dense 4 relu' --optimizer 'adam:schedule=cosine(7)' -e 2", "(cosine over 7 steps)" },
        { "-m mlp:4 --optimizer 'adam:schedule=exponential(9)' -e 2", "(exponential) · " },
    };
    for (size_t i = 0; i < BMI_COUNT(cases); i++)
        bmt_contains(cases[i].arguments, bmt_exits(bmt_sh("baeum train iris %s", cases[i].arguments), 0).out, cases[i].says);
    json_t *json = bmt_json(bmt_exits(bmt_sh("baeum train iris %s --json", cases[0].arguments), 0));
    assert_string_equal(bmt_json_string(json, "training.schedule"), "cosine over 32 steps");
    json_decref(json);
    bmt_exits(bmt_sh("a='iris -m mlp:4 -e 4 -b 13 -q'; baeum train $a --optimizer adam:schedule=cosine -o a.st && "
                     "baeum train $a --optimizer 'adam:schedule=cosine(32)' -o b.st && cmp a.st b.st && "
                     "baeum train $a --optimizer 'adam:schedule=cosine(33)' -o b.st && ! cmp -s a.st b.st"),
              0);
    bmt_exits(
        bmt_sh("baeum train moons -m mlp:4,epochs=4,batch=20,optimizer=adam:schedule=cosine -q -o a.st && baeum train moons -m "
               "mlp:4,epochs=4,batch=20 --optimizer adam:schedule=cosine -q -o b.st && baeum predict a.st moons -q > a.csv && "
               "baeum predict b.st moons -q | cmp - a.csv"),
        0);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(whole_fit) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
