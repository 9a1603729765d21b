// SPDX-License-Identifier: Apache-2.0
/* Journals of searches in all states in which a file can be: cut within a character, with the zeros of a power cut, of other things, held by
 * another search, on a full disk. What is no journal is never written to.
 */
#include <baeum.h>
#include "learn/journal.h"
#include "support/bmt.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static bm_table *few;
static bm_recipe *target;

static int begin(void **state)
{
    (void)state;
    char text[4000] = "größe,c\n";
    for (int i = 0; i < 40; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%d,%s\n", i * 7 % 19,
                 i * 7 % 19 + i % 5 > 11 ? "ja" : "nein");
    few = bm_table_read_csv(bmt_temp_file("few.csv", text, strlen(text)));
    target = bm_recipe_new(.target = "c");
    return 0;
}

static int end(void **state)
{
    (void)state;
    bm_free(few);
    bm_free(target);
    return 0;
}

static bm_search *search(const char *journal, bm_learn_function progress, void *user)
{
    return bm_tune(few, target, "softmax", "C=.1,1,10", .search = BM_SEARCH_GRID, .folds = 2, .journal = journal,
                   .progress = progress, .user = user);
}

static void sound(const bm_search *s)
{
    if (bm_failed(s)) fail_msg("%s", bm_error(s));
}

static void path_of(char into[300], const char *name)
{
    snprintf(into, 300, "%s", bmt_temp(name));
    unlink(into);
}

/* A file of the user's is refused and stays as it is, also one of a single line without an end. */
static void what_is_no_journal_stays(void **state)
{
    (void)state;
    static const char *const files[] = { "{\"name\":\"mine\",\"values\":[1,2,3]}",
                                         "{\"journalist\":1}",
                                         "{}",
                                         "text",
                                         "\n",
                                         "{\"a\":1}\n{\"b\":2}\n",
                                         "a,b\n1,2\n",
                                         "{\"journal\":\"Nature\"}\n" };
    for (size_t i = 0; i < 2 * BMI_COUNT(files); i++) {
        const char *file = files[i / 2];
        char path[300];
        size_t n;
        snprintf(path, sizeof path, "%s", bmt_temp_file("mine.json", file, strlen(file)));
        bm_search *s = bm_tune(few, target, "softmax", "C=2,3", .folds = 2, .journal = path, .anew = i % 2);
        if (bm_status_of(s) != BM_E_FORMAT) fail_msg("%s: %s", file, bm_error(s));
        unsigned char *now = bmt_read(path, &n);
        assert_int_equal(n, strlen(file));
        assert_memory_equal(now, file, n);
        free(now);
        bm_free(s);
    }
}

/* Zeros alone are not what a power cut leaves of a journal alone. */
static void zeros_stay(void **state)
{
    (void)state;
    for (int anew = 0; anew < 2; anew++) {
        char path[300];
        size_t n;
        snprintf(path, sizeof path, "%s", bmt_temp_file("zeros.img", (char[64]){ 0 }, 64));
        bm_search *s = bm_tune(few, target, "softmax", "C=2,3", .folds = 2, .journal = path, .anew = anew);
        assert_int_equal(bm_status_of(s), BM_E_FORMAT);
        bm_free(s);
        free(bmt_read(path, &n));
        assert_int_equal(n, 64);
    }
}

/* Trials of the version before have other numbers. */
static void another_version(void **state)
{
    (void)state;
    static const char head[] = "{\"journal\":1,\"rows\":40}\n";
    char path[300];
    snprintf(path, sizeof path, "%s", bmt_temp_file("old.journal", head, sizeof head - 1));
    bm_search *s = search(path, NULL, NULL);
    assert_int_equal(bm_status_of(s), BM_E_ARGUMENT);
    bmt_contains("why", bm_error(s), "is a journal of version 1, whose trials have other numbers than those of version 2");
    bm_free(s);
    s = bm_tune(few, target, "softmax", "C=2,3", .folds = 2, .journal = path, .anew = true);
    sound(s);
    bm_free(s);
}

/* A tail of half a line, half a character or the zeros that a power cut leaves is cut off, and the search ends as it would have. */
static void tails(void **state)
{
    (void)state;
    char path[300];
    size_t n;
    path_of(path, "tail.journal");
    bm_search *whole = search(path, NULL, NULL);
    sound(whole);
    unsigned char *text = bmt_read(path, &n);
    size_t first = 0;
    while (text[first] != '\n') first++;
    static const struct {
        size_t keep; /* 0: the head, 1: a part of it */
        const char *tail;
        size_t bytes;
    } cases[] = { { 0, "", 0 },
                  { 0, "{\"stage\":0,\"err", 15 },
                  { 0, "{\"error\":\"gr\xc3", 12 },
                  { 0, "\0\0\0\0\0\0\0", 7 },
                  { 0, "{\"sta\0\0\0", 8 },
                  { 1, "", 0 },
                  { 1, "\0\0\0\0", 4 } };
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        unsigned char part[4000];
        const size_t kept = cases[i].keep ? 20 : first + 1;
        memcpy(part, text, kept);
        memcpy(part + kept, cases[i].tail, cases[i].bytes);
        char own[300];
        snprintf(own, sizeof own, "%s", bmt_temp_file("cut.journal", part, kept + cases[i].bytes));
        bm_search *s = search(own, NULL, NULL);
        sound(s);
        assert_int_equal(bm_search_resumed(s), 0);
        for (int64_t k = 0; k < 3; k++) assert_true(bm_search_trial(s, k).mean == bm_search_trial(whole, k).mean);
        bm_free(s);
        s = search(own, NULL, NULL); /* which has whole lines again */
        sound(s);
        assert_int_equal(bm_search_resumed(s), 3);
        bm_free(s);
    }
    /* in the middle of the file zeros are no tail */
    memset(text + first + 3, 0, 2);
    bm_search *s = search(bmt_temp_file("holes.journal", text, n), NULL, NULL);
    assert_int_equal(bm_status_of(s), BM_E_FORMAT);
    bm_free(s);
    free(text);
    bm_free(whole);
}

/* Another search of the same process that wants the journal of one that is running. */
static bool disturb(void *user, const bm_learn_progress *p)
{
    (void)p;
    bm_search *s = search(user, NULL, NULL);
    assert_int_equal(bm_status_of(s), BM_E_FILE);
    bmt_contains("why", bm_error(s), "another search works with this journal");
    bm_free(s);
    s = bm_tune(few, target, "softmax", "C=2,3", .folds = 2, .journal = user, .anew = true);
    assert_int_equal(bm_status_of(s), BM_E_FILE); /* nor may it be thrown away */
    bm_free(s);
    return true;
}

static void one_at_a_time(void **state)
{
    (void)state;
    char path[300];
    path_of(path, "held.journal");
    bm_search *s = search(path, disturb, path);
    sound(s);
    bm_free(s);
    s = search(path, NULL, NULL);
    sound(s);
    assert_int_equal(bm_search_resumed(s), 3);
    bm_free(s);
}

/* Processes that begin at the same instant: one works, the others are told, and the file is that of one search. */
static void many_at_once(void **state)
{
    (void)state;
    enum { PROCESSES = 6, TIMES = 5 };
    char path[300];
    for (int t = 0; t < TIMES; t++) {
        path_of(path, "race.journal");
        pid_t child[PROCESSES];
        int done = 0;
        for (int i = 0; i < PROCESSES; i++) {
            child[i] = fork();
            if (child[i]) continue;
            bm_search *s = search(path, NULL, NULL);
            _exit(bm_status_of(s) == BM_OK ? 0 : bm_status_of(s) == BM_E_FILE ? 1 : 2);
        }
        for (int i = 0; i < PROCESSES; i++) {
            int how;
            assert_int_equal(waitpid(child[i], &how, 0), child[i]);
            assert_true(WIFEXITED(how) && WEXITSTATUS(how) < 2);
            done += WEXITSTATUS(how) == 0;
        }
        assert_true(done >= 1);
        bm_search *s = search(path, NULL, NULL);
        sound(s);
        assert_int_equal(bm_search_resumed(s), 3);
        bm_free(s);
    }
}

static void begun_anew(void **state)
{
    (void)state;
    char path[300];
    path_of(path, "anew.journal");
    for (int i = 0; i < 2; i++) {
        bm_search *s = bm_tune(few, target, "softmax", i ? "C=4,5" : "C=2,3", .folds = 2, .journal = path, .anew = true);
        sound(s);
        assert_int_equal(bm_search_resumed(s), 0);
        bm_free(s);
    }
    bm_search *s = bm_tune(few, target, "softmax", "C=4,5", .folds = 2, .journal = path);
    sound(s);
    assert_int_equal(bm_search_resumed(s), 2);
    bm_free(s);
}

static void no_files(void **state)
{
    (void)state;
    static const struct {
        const char *path, *says;
    } cases[] = { { "/dev/full", "a device or a pipe" }, { "/", "a folder" }, { "/nowhere/x.journal", "cannot be opened" } };
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        bm_search *s = search(cases[i].path, NULL, NULL);
        assert_int_equal(bm_status_of(s), BM_E_FILE);
        bmt_contains(cases[i].path, bm_error(s), cases[i].says);
        bm_free(s);
    }
}

/* Numbers come back as they were, those without end, too. */
static void numbers(void **state)
{
    (void)state;
    static const double means[] = { 1. / 3, INFINITY, -INFINITY, NAN, -0. };
    char path[300];
    bmi_error e = { 0 };
    path_of(path, "numbers.journal");
    for (int again = 0; again < 2; again++) {
        bmi_journal j;
        json_t *head = json_pack("{s:i}", "journal", BMI_JOURNAL_VERSION);
        assert_int_equal(bmi_journal_open(&j, &e, NULL, path, false, head, BM_HERE), BM_OK);
        assert_int_equal(j.n, again ? BMI_COUNT(means) : 0);
        for (size_t i = 0; i < BMI_COUNT(means); i++) {
            const bmi_entry n = { .trial = (int64_t)i, .mean = means[i], .spread = NAN, .error = "" };
            if (!again) assert_int_equal(bmi_journal_add(&j, &e, &n, BM_HERE), BM_OK);
            else assert_true(isnan(means[i]) ? isnan(j.entries[i].mean) : j.entries[i].mean == means[i]);
        }
        bmi_journal_end(&j);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_journal_stays),
        cmocka_unit_test(tails),
        cmocka_unit_test(one_at_a_time),
        cmocka_unit_test(many_at_once),
        cmocka_unit_test(begun_anew),
        cmocka_unit_test(zeros_stay),
        cmocka_unit_test(another_version),
        cmocka_unit_test(no_files),
        cmocka_unit_test(numbers),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
