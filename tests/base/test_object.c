// SPDX-License-Identifier: Apache-2.0
/* Status, objects, contexts, copying options. */
#include "base/context.h"
#include "base/memory.h"
#include "base/object.h"
#include "base/text.h"
#include "base/threads.h"
#include "support/bmt.h"
#include <stdlib.h>
#include <string.h>

static void status_names(void **state)
{
    (void)state;
    assert_string_equal(bm_status_name(BM_OK), "BM_OK");
    assert_string_equal(bm_status_name(BM_E_SHAPE), "BM_E_SHAPE");
    for (int s = 0; s < BM_STATUS_COUNT_; s++) assert_int_equal(strncmp(bm_status_name((bm_status)s), "BM_", 3), 0);
    assert_string_equal(bm_status_name(BM_STATUS_COUNT_), "unknown status");
    assert_string_equal(bm_status_name((bm_status)99), "unknown status");
    char version[32];
    snprintf(version, sizeof version, "%d.%d.%d", BM_VERSION_MAJOR, BM_VERSION_MINOR, BM_VERSION_PATCH);
    assert_string_equal(bm_version(), version);
    assert_true(bm_exactly(0) == (double)BM_ZERO && bm_exactly(-0.0) == (double)BM_ZERO && bm_exactly(2.5) == 2.5);
}

static void first_error_stays(void **state)
{
    (void)state;
    bmi_error e = { 0 }, other = { 0 };
    assert_int_equal(bmi_fail_from(&e, &other), BM_OK);
    assert_int_equal(bmi_fail(&e, BM_E_SHAPE, (bm_place){ "/some/where/mnist.c", 12 }, "dense_2: x is %s\nand W", "(1, 2)"),
                     BM_E_SHAPE);
    assert_string_equal(e.text, "mnist.c:12: dense_2: x is (1, 2) and W");
    assert_int_equal(bmi_fail(&e, BM_E_MEMORY, (bm_place){ 0 }, "later"), BM_E_SHAPE);
    assert_string_equal(e.text, "mnist.c:12: dense_2: x is (1, 2) and W");
    assert_int_equal(bmi_fail_from(&other, &e), BM_E_SHAPE);
    assert_string_equal(other.text, e.text);
    bmi_error again = { 0 }; /* the text of another object's error, of the same place */
    bmi_fail(&again, BM_E_DATA, (bm_place){ "mnist.c", 12 }, "%s", e.text);
    assert_string_equal(again.text, e.text);
    bmi_error no_place = { 0 };
    bmi_fail_memory(&no_place, (bm_place){ 0 }, 100, "a plan");
    assert_int_equal(no_place.status, BM_E_MEMORY);
    assert_string_equal(no_place.text, "out of memory: 100 bytes asked for a plan");
    bmi_error silent = { 0 };
    assert_int_equal(bmi_fail(&silent, BM_OK, (bm_place){ 0 }, "x"), BM_E_ARGUMENT); /* no failure passes for success */
}

typedef struct bm_thing {
    bmi_object object;
    int *ended;
} bm_thing;

static void end_thing(void *object)
{
    ++*((bm_thing *)object)->ended;
}

static const bmi_object_kind thing_kind = { .name = "thing", .end = end_thing };
BMI_STATIC_FAILED(thing, &thing_kind);

/* A cause and the marked advice go with the text, wherever an error is handed on to, and go with it. */
static void causes_are_kept(void **state)
{
    (void)state;
    bmi_error e = { 0 }, other = { 0 }, placed = { 0 }, plain = { 0 };
    const bm_place a = { "a.c", 1 }, b = { "b.c", 22 };
    assert_int_equal(bmi_fail_as(&e, BMI_CAUSE_SHARES, BM_E_DATA, a, "%s; \001set x\002, or so", "few"), BM_E_DATA);
    assert_string_equal(e.text, "a.c:1: few; set x, or so");
    assert_int_equal(e.cause, BMI_CAUSE_SHARES);
    assert_int_equal(bmi_fail_as(&e, BMI_CAUSE_CELLS, BM_E_FORMAT, a, "later"), BM_E_DATA);
    assert_int_equal(e.cause, BMI_CAUSE_SHARES);
    bmi_fail_from(&other, &e);
    assert_memory_equal(&other, &e, sizeof e);
    bm_thing *thing = bmi_object_new(NULL, &thing_kind, sizeof *thing), *next = bmi_object_new(NULL, &thing_kind, sizeof *next);
    int ended = 0;
    thing->ended = next->ended = &ended;
    bmi_fail_from(&thing->object.error, &e);
    assert_ptr_equal(bmi_object_why(thing), &thing->object.error);
    bmi_fail_of(&placed, thing, a); /* the place that is there stands once */
    assert_string_equal(placed.text, e.text);
    bmi_object_fail_with(next, thing, b, "thing");
    const bmi_error *const all[] = { &e, &other, &placed, &next->object.error };
    for (size_t i = 0; i < BMI_COUNT(all); i++) {
        assert_int_equal(all[i]->cause, BMI_CAUSE_SHARES);
        assert_string_equal(all[i]->text, "a.c:1: few; set x, or so");
        assert_int_equal(all[i]->advice_from, 12);
        assert_int_equal(all[i]->advice_to, 17);
    }
    bmi_object_clear(next);
    assert_int_equal(next->object.error.cause, BMI_CAUSE_NONE);
    assert_int_equal(next->object.error.advice_to, 0);
    assert_int_equal(bmi_object_fail_of(next, thing, b), BM_E_DATA);
    assert_string_equal(bmi_object_error(next), "b.c:22: a.c:1: few; set x, or so");
    assert_int_equal(next->object.error.cause, BMI_CAUSE_SHARES);
    assert_int_equal(strncmp(bmi_object_error(next) + next->object.error.advice_from, "set x,", 6), 0);
    assert_int_equal(next->object.error.advice_to - next->object.error.advice_from, 5);
    bmi_fail(&plain, BM_E_DATA, a, "\001no\002 marks");
    assert_string_equal(plain.text, "a.c:1:  no  marks");
    assert_int_equal(plain.advice_to, 0);
    char text[1000];
    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = 0;
    bmi_error cut = { 0 }; /* within the marked part: a cause, and no advice */
    bmi_fail_as(&cut, BMI_CAUSE_SHARES, BM_E_DATA, a, "b\001%s\002", text);
    assert_true(cut.cause == BMI_CAUSE_SHARES && cut.advice_from == 0 && cut.advice_to == 0);
    assert_int_equal(strncmp(cut.text, "a.c:1: baaa", 11), 0);
    bmi_object_clear(thing);
    bmi_fail_as(&thing->object.error, BMI_CAUSE_CELLS, BM_E_FORMAT, a, "a row");
    bmi_object_clear(next);
    bmi_object_fail_of(next, thing, b);
    assert_true(next->object.error.cause == BMI_CAUSE_CELLS && !next->object.error.advice_to);
    assert_int_equal(bmi_object_fail_of(NULL, thing, b), BM_E_MEMORY);
    assert_int_equal(bmi_fail_of(&(bmi_error){ 0 }, NULL, b), BM_E_ARGUMENT);
    bmi_object_free(thing);
    bmi_object_free(next);
}

static void long_errors_are_cut(void **state)
{
    (void)state;
    char text[3000];
    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = 0;
    struct {
        bmi_error e;
        char guard;
    } s = { .guard = 77 };
    bmi_fail(&s.e, BM_E_DATA, (bm_place){ text, 1 }, "%s", text);
    assert_int_equal(strlen(s.e.text), sizeof s.e.text - 1);
    assert_int_equal(s.guard, 77);
}

/* What stands in files and names gets into messages: it must not steer a terminal, nor make a JSON text that is none. */
static void errors_are_clean_text(void **state)
{
    (void)state;
    const struct {
        const char *given, *want;
    } cases[] = {
        { "two\nlines\r\ttab", "two lines  tab" },
        { "\x1b[31mred\x7f", " [31mred " },
        { "caf\xc3\xa9 \xe6\x97\xa5 \xf0\x9f\x8c\xb8", "caf\xc3\xa9 \xe6\x97\xa5 \xf0\x9f\x8c\xb8" },
        { "caf\xe9 \xff \xc3", "caf? ? ?" },
        { "\xf0\x9f\x8c cut", "??? cut" },
        { "\x80\x80\x80\x80\x80", "?????" },
    };
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        bmi_error e = { 0 };
        bmi_fail(&e, BM_E_DATA, (bm_place){ 0 }, "%s", cases[i].given);
        assert_string_equal(e.text, cases[i].want);
    }
    for (int shift = 0; shift < 3; shift++) { /* cut inside a character */
        char text[1200] = "xx";
        for (size_t at = (size_t)shift; at + 3 < sizeof text; at += 3) memcpy(text + at, "\xe6\x97\xa5", 3);
        bmi_error e = { 0 };
        bmi_fail(&e, BM_E_DATA, (bm_place){ 0 }, "%s", text);
        assert_true(bmi_is_utf8(e.text, strlen(e.text)) && strlen(e.text) == sizeof e.text - 1);
    }
}

static void users_are_counted(void **state)
{
    (void)state;
    bmt_faults f = { 0 };
    bm_context *context = bmt_context(&f, 1);
    int ended = 0;
    bm_thing *thing = bmi_object_new(context, &thing_kind, sizeof *thing);
    thing->ended = &ended;
    bm_free(context); /* any order: the thing keeps it alive */
    assert_ptr_equal(bmi_object_keep(thing), thing);
    bmi_object_free(thing);
    assert_int_equal(ended, 0);
    assert_true(f.live == 2);
    bmi_object_free(thing);
    assert_int_equal(ended, 1);
    assert_true(f.live == 0 && f.live_bytes == 0);
    bmi_object_free(NULL);
    assert_null(bmi_object_keep(NULL));
}

static void object_errors(void **state)
{
    (void)state;
    int ended = 0;
    bm_thing *thing = bmi_object_new(NULL, &thing_kind, sizeof *thing);
    thing->ended = &ended;
    assert_false(bmi_object_failed(thing));
    assert_string_equal(bmi_object_error(thing), "");
    assert_int_equal(bmi_object_fail(thing, BM_E_DATA, (bm_place){ "a.c", 3 }, "row %d", 7), BM_E_DATA);
    assert_int_equal(bmi_object_fail(thing, BM_E_SHAPE, (bm_place){ 0 }, "later"), BM_E_DATA);
    assert_true(bmi_object_failed(thing));
    assert_string_equal(bmi_object_error(thing), "a.c:3: row 7");
    const char *path = bmt_temp("report");
    FILE *to = fopen(path, "w");
    bmi_object_report(thing, to);
    bmi_object_clear(thing);
    bmi_object_report(thing, to); /* nothing */
    fclose(to);
    char *line = (char *)bmt_read(path, NULL);
    assert_string_equal(line, "a.c:3: row 7\n");
    bmi_object_free(thing);
    free(line);
    assert_true(bmi_object_failed(NULL));
    assert_int_equal(bmi_object_status(NULL), BM_E_ARGUMENT);
    assert_string_equal(bmi_object_error(NULL), "no object (null)");
    assert_int_equal(bmi_object_fail(NULL, BM_E_DATA, (bm_place){ 0 }, "x"), BM_E_MEMORY);
}

static void static_object_stays(void **state)
{
    (void)state;
    bm_thing *thing = &bmi_no_memory_thing;
    const bm_thing before = *thing;
    bmi_object_clear(thing);
    bmi_object_keep(thing);
    bmi_object_free(thing);
    bmi_object_free(thing);
    assert_int_equal(bmi_object_fail(thing, BM_E_DATA, (bm_place){ 0 }, "x"), BM_E_MEMORY);
    assert_memory_equal(&before, thing, sizeof before);
    bmt_contains("static", bmi_object_error(thing), "out of memory");
}

static void contexts(void **state)
{
    (void)state;
    bm_context *c = bm_context_new(.threads = 3);
    assert_false(bm_failed(c));
    assert_int_equal(bm_context_threads(c), 3);
    bm_free(c);
    c = bm_context_new();
    assert_int_equal(bm_context_threads(c), bm_context_threads(NULL));
    assert_true(bm_context_threads(c) >= 1);
    bm_free(c);
    static const struct {
        int64_t threads;
        const char *part;
    } wrong[] = { { -1, "threads is -1" }, { 1025, "threads is 1025" }, { BM_ZERO, "threads is 0" } };
    for (size_t i = 0; i < BMI_COUNT(wrong); i++) {
        c = bm_context_new(.threads = wrong[i].threads);
        assert_int_equal(bm_status_of(c), BM_E_ARGUMENT);
        bmt_contains("threads", bm_error(c), wrong[i].part);
        bmt_contains("place", bm_error(c), "test_object.c:");
        bm_thing *thing = bmi_object_new(c, &thing_kind, sizeof *thing); /* hands the context's error on */
        int ended = 0;
        thing->ended = &ended;
        assert_int_equal(bmi_object_status(thing), BM_E_ARGUMENT);
        bm_free(c);
        bmi_object_free(thing);
    }
    bmt_faults f = { 0 };
    bm_allocator half = bmt_allocator(&f);
    half.release = NULL;
    c = bm_context_new(.allocator = half);
    bmt_contains("half an allocator", bm_error(c), "no release function");
    bm_free(c);
    bm_context_free(NULL);
    assert_true(bm_context_failed(NULL));
}

static void context_without_memory(void **state)
{
    (void)state;
    bmt_faults f = { .fail_at = 1 };
    bm_context *c = bm_context_new(.allocator = bmt_allocator(&f));
    assert_int_equal(bm_status_of(c), BM_E_MEMORY);
    bm_thing *thing = bmi_object_new(c, &thing_kind, sizeof *thing);
    int ended = 0;
    thing->ended = &ended;
    assert_int_equal(bmi_object_status(thing), BM_E_MEMORY);
    bmi_object_free(thing);
    bm_clear(c);
    assert_true(bm_failed(c));
    bm_free(c);
    bm_free(c);
}

static char logged[2000];
static void take_log(void *user, const char *line)
{
    assert_ptr_equal(user, logged);
    strcat(logged, line);
}

static void logs(void **state)
{
    (void)state;
    bm_context *c = bm_context_new(.log = take_log, .log_user = logged);
    bmi_log(c, "%d rows\nread", 5);
    assert_string_equal(logged, "5 rows read");
    char text[3000];
    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = 0;
    logged[0] = 0;
    bmi_log(c, "%s", text);
    assert_int_equal(strlen(logged), 1000);
    bm_free(c);
    bmi_log(NULL, "silence");
}

typedef struct options {
    int64_t first;
    BM_NAMED_;
    double second;
} options;
typedef struct newer {
    options old;
    int64_t third;
} newer;

static bm_status copy(options *into, const void *from, size_t size, bmi_error *e)
{
    memset(into, 0x5a, sizeof *into); /* what a stack holds */
    memset(e, 0, sizeof *e);
    return bmi_options_copy(e, (bm_place){ 0 }, into, sizeof *into, offsetof(options, named_), from, size);
}

static void options_of_all_ages(void **state)
{
    (void)state;
    options o;
    bmi_error e;
    assert_int_equal(copy(&o, &(options){ .first = 3, .second = .5 }, sizeof(options), &e), BM_OK);
    assert_true(o.first == 3 && o.second == .5);
    assert_int_equal(copy(&o, NULL, 0, &e), BM_OK); /* all defaults */
    assert_true(o.first == 0 && o.second == 0);
    assert_int_equal(copy(&o, &(options){ .first = 3, .second = .5 }, sizeof(int64_t), &e), BM_OK); /* of an older program */
    assert_true(o.first == 3 && o.second == 0);
    assert_int_equal(copy(&o, &(newer){ .old.second = 2 }, sizeof(newer), &e),
                     BM_OK); /* of a newer one that uses nothing new */
    assert_true(o.second == 2);
    assert_int_equal(copy(&o, &(newer){ .third = 1 }, sizeof(newer), &e), BM_E_ARGUMENT);
    bmt_contains("newer", e.text, "newer options than this library knows");
    options guard = { 0 };
    memset(&guard.named_, 1, sizeof guard.named_);
    assert_int_equal(copy(&o, &guard, sizeof guard, &e), BM_E_ARGUMENT);
    bmt_contains("guard", e.text, "must be named");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(status_names),
        cmocka_unit_test(first_error_stays),
        cmocka_unit_test(causes_are_kept),
        cmocka_unit_test(long_errors_are_cut),
        cmocka_unit_test(errors_are_clean_text),
        cmocka_unit_test(users_are_counted),
        cmocka_unit_test(object_errors),
        cmocka_unit_test(static_object_stays),
        cmocka_unit_test(contexts),
        cmocka_unit_test(context_without_memory),
        cmocka_unit_test(logs),
        cmocka_unit_test(options_of_all_ages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
