// SPDX-License-Identifier: Apache-2.0
/* When a plan's runs are a team's: simulated runs that take what a case says. */
#include "support/bmt.h"
#include "run/pace.h"

enum { RUNS = 200000 };

typedef struct tally {
    int64_t teams;
    double seconds;
} tally;

/* Runs of a plan that alone takes 50 us; team(i) is what the i-th run takes by a team. */
static tally simulate(bmi_pace *p, double alone, double (*team)(int64_t run), int64_t runs)
{
    tally t = { 0 };
    for (int64_t i = 0; i < runs; i++) {
        const bool by_team = bmi_pace_wants_team(p);
        const double seconds = by_team ? team(i) : alone;
        t.teams += by_team;
        t.seconds += seconds;
        bmi_pace_note(p, by_team, seconds);
    }
    return t;
}

static double half(int64_t run)
{
    return run ? 25e-6 : 300e-6; /* the first one wakes the others */
}
static double slower(int64_t run)
{
    (void)run;
    return 60e-6;
}
static double often_stalled(int64_t run)
{
    return run % 3 ? 25e-6 : 4e-3;
}
static double stalled_at_first(int64_t run)
{
    return run < RUNS / 2 && run % 3 == 0 ? 4e-3 : 25e-6;
}
static double rarely_stalled(int64_t run)
{
    return run % 10000 == 9999 ? 4e-3 : 25e-6;
}
static double large(int64_t run)
{
    return run % 7 ? 10e-3 : 14e-3;
}

static void what_gains_is_a_teams(void **state)
{
    (void)state;
    bmi_pace p = { 0 };
    assert_int_equal(simulate(&p, 50e-6, half, RUNS).teams, RUNS - 2);
    p = (bmi_pace){ 0 };
    assert_int_equal(simulate(&p, 50e-6, large, 1000).teams, 1000); /* long runs are not even tried alone */
}

static void what_loses_is_alone(void **state)
{
    (void)state;
    bmi_pace p = { 0 };
    const tally slow = simulate(&p, 50e-6, slower, RUNS);
    assert_true(slow.seconds < 1.01 * RUNS * 50e-6);
    p = (bmi_pace){ 0 };
    const tally stalled = simulate(&p, 50e-6, often_stalled, RUNS);
    assert_true(stalled.seconds < 1.05 * RUNS * 50e-6);
}

static void tried_again(void **state)
{
    (void)state;
    bmi_pace p = { 0 };
    const tally first = simulate(&p, 50e-6, stalled_at_first, RUNS / 2);
    assert_true(first.teams < RUNS / 100);
    const tally then = simulate(&p, 50e-6, half, RUNS * 10);
    assert_true(then.teams > RUNS * 9); /* the machine is quiet again */
    p = (bmi_pace){ 0 };
    const tally rare = simulate(&p, 50e-6, rarely_stalled, RUNS * 10);
    assert_true(rare.seconds < .75 * RUNS * 10 * 50e-6); /* a stall now and then costs little of what a team gains */
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(what_gains_is_a_teams), cmocka_unit_test(what_loses_is_alone),
                                        cmocka_unit_test(tried_again) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
