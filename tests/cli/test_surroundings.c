// SPDX-License-Identifier: Apache-2.0
/* The command where its user put it: strange file names, pipes, a locale with a decimal comma, several at once; strange tables that
 * are all right; and what it must not do to the files it reads.
 */
#include "support/bmt_command.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int setup(void **state)
{
    (void)state;
    bmt_exits(bmt_sh("(echo a,b; seq 1 60 | awk '{ print $1 \",\" 2 * $1 }') > ok.csv && baeum train ok.csv -t b -q -o ok.st"),
              0);
    return 0;
}

/* The line that is proposed as the next one works as it stands. */
static void names(void **state)
{
    (void)state;
    static const char *const files[] = { "a b.csv",   "x%s%n.csv", "a:b.csv", "it's \"so\".csv", "two\nlines.csv", "größe.csv",
                                         "-dash.csv", ".hidden",   "no_end",  "a.b.c.csv",       "$(echo x).csv",  "*.csv",
                                         "iris",      "mnist" };
    bmt_exits(bmt_sh("mkdir odd"), 0);
    for (size_t i = 0; i < BMI_COUNT(files); i++) {
        setenv("FILE", files[i], 1);
        bmt_exits(bmt_sh("cp ok.csv \"odd/$FILE\""), 0);
        const bmt_run r = bmt_exits(bmt_sh("cd odd && baeum train \"./$FILE\" -t b > ../said && cp ../ok.csv new.csv && "
                                           "eval \"$(sed -n '/next: /,$p' ../said | sed 's/.*next: //')\""),
                                    0);
        if (bmt_lines(r.out) != 61) fail_msg("%s: %s", files[i], r.out);
        bmt_exits(bmt_sh("rm odd/*.csv odd/new.csv; true"), 0);
    }
    char longest[260];
    memset(longest, 'l', 255);
    strcpy(longest + 251, ".csv");
    setenv("FILE", longest, 1);
    bmt_contains("no room for the end", bmt_exits(bmt_sh("cp ok.csv \"$FILE\" && baeum train \"$FILE\" -t b"), 1).err,
                 "File name too long");
    bmt_exits(bmt_sh("baeum train \"$FILE\" -t b -q -o short.st"), 0);
    memset(longest, 'c', 255);
    setenv("FILE", longest, 1);
    bmt_contains("no such name", bmt_exits(bmt_sh("baeum train \"$FILE.csv\" -t b"), 1).err, "File name too long");
}

#if defined __SANITIZE_ADDRESS__
#define SANITIZED 1
#elif defined __has_feature
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED /* whose frames are several times as large */
/* As some threads and containers have it. */
static void small_stack(void **state)
{
    (void)state;
    bmt_exits(bmt_sh("ulimit -s 128 && baeum train ok.csv -t b -q -o small.st && baeum evaluate small.st ok.csv && "
                     "baeum evaluate small.st ok.st ok.csv && baeum inspect small.st"),
              0);
}
#endif

static void pipes(void **state)
{
    (void)state;
    char *want = bmt_exits(bmt_sh("baeum predict ok.st ok.csv > want.csv && cat want.csv"), 0).out;
    assert_int_equal(bmt_lines(want), 61);
    bmt_exits(bmt_sh("baeum predict ok.st - < ok.csv | cmp - want.csv"), 0);
    bmt_exits(bmt_sh("cat ok.csv | baeum predict ok.st /dev/stdin | cmp - want.csv"), 0);
    bmt_exits(bmt_sh("mkfifo in.csv out.csv; for i in 1 2 3 4 5 6 7 8 9 10; do { cat ok.csv > in.csv & } && "
                     "{ baeum predict ok.st in.csv -q -o out.csv & } && timeout 20 cmp out.csv want.csv || exit 1; done"),
              0); /* a pipe is opened once: who writes into it would take a closing for the end */
    bmt_contains("zeros", bmt_exits(bmt_sh("(cat ok.csv; cat /dev/zero) | baeum train - -t b"), 1).err,
                 "-:62:1: there is a NUL byte");
    bmt_contains("packed zeros", bmt_exits(bmt_sh("(cat ok.csv; cat /dev/zero) | gzip | baeum train - -t b"), 1).err,
                 "NUL byte");
    bmt_contains("zeros as a model", bmt_exits(bmt_sh("baeum predict /dev/zero ok.csv"), 1).err, "it is a device");
    bmt_exits(bmt_sh("gzip -c ok.csv | baeum train - -t b -q -o p.st && cmp p.st ok.st"), 0);
    bmt_exits(bmt_sh("baeum train - -t b -q -o - < ok.csv 2> words | cmp - ok.st"), 0);
    bmt_exits(bmt_sh("baeum predict ok.st ok.csv | head -n 1 && baeum data show ok.csv -n 60 | head -n 1"), 0);
    bmt_exits(bmt_sh("test \"$(baeum data get iris -o - | baeum train - -t Species -q -o - 2> words | wc -c)\" -gt 1000"), 0);
    bmt_contains("no more rows", bmt_exits(bmt_sh("baeum predict ok.st - < /dev/null"), 1).err, "- is empty");
    bmt_exits(bmt_sh("ln -s ok.csv link.csv && ln -s ok.st link.st && baeum predict link.st link.csv | cmp - want.csv"), 0);
    bmt_exits(bmt_sh("baeum train link.csv -t b -q -o link.st --seed 5 && test -L link.st && ! cmp -s ok.st want.csv"), 0);
}

/* A decimal comma is for people's programs; files and options have a point everywhere. */
static void locale(void **state)
{
    (void)state;
    static const char *const lines[] = { "baeum train ok.csv -t b -m mlp:4 -e 5 --rate .5 -o l.st",
                                         "baeum predict ok.st ok.csv", "baeum inspect ok.csv",
                                         "baeum evaluate ok.st ok.csv --json" };
    for (size_t i = 0; i < BMI_COUNT(lines); i++) {
        bmt_exits(bmt_sh("LC_ALL=C %s | sed 's/[0-9.]* ms.*//' > plain && LC_ALL=de_DE.UTF-8 LANG=de_DE %s | sed 's/[0-9.]* "
                         "ms.*//' | cmp - plain",
                         lines[i], lines[i]),
                  0);
    }
}

/* Several that write one file: whole files only, the last one stays, nothing lies about. */
static void at_once(void **state)
{
    (void)state;
    bmt_exits(
        bmt_sh("for s in 1 2 3 4 5 6; do baeum train iris -m mlp:16 -e 3 -s $s -q -o one.st > /dev/null & p=\"$p $!\"; done; "
               "for i in $p; do wait $i || exit 1; done; baeum inspect one.st -q && test \"$(ls -A | grep -c one.st)\" = 1"),
        0);
    bmt_exits(bmt_sh("for s in 1 2 3 4 5 6; do baeum predict one.st iris -q -o p$s.csv & p=\"$p $!\"; done; for i in $p; do "
                     "wait $i || exit 1; done; "
                     "for s in 2 3 4 5 6; do cmp p1.csv p$s.csv || exit 1; done"),
              0);
}

/* Files whose size the system does not tell, and a limit on the size of files. */
static void sizes(void **state)
{
    (void)state;
    if (!access("/proc/filesystems", R_OK))
        bmt_contains("read to its end", bmt_exits(bmt_sh("baeum inspect /proc/filesystems"), 0).out, "rows");
    /* The counters of a coverage build would be cut off as well: they go nowhere, and it says so in the output. */
    const bmt_run r = bmt_exits(
        bmt_sh("mkdir limit && cd limit && export GCOV_PREFIX=/dev/null && { ulimit -f 16; "
               "TMPDIR=. baeum train ../ok.csv -t b -m mlp:100,100 -e 1 -q -o m.st 2>&1; "
               "echo exit $?; } | grep -v ^profiling:"), /* 8 or 16 kB: an OpenMP runtime makes a small file of its own */
        0);
    bmt_contains("no model", r.out, "cannot write m.st: File too large\nexit 1\n");
    assert_string_equal(bmt_exits(bmt_sh("ls -A limit"), 0).out, "");
}

/* An output that would take the place of what is read. */
static void spared(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "baeum train ok.csv -t b -o ok.csv",
        "baeum train ok.csv -t b -o ./link2.csv",
        "baeum train iris --test ok.csv -o ok.csv",
        "baeum predict ok.st ok.csv -o ok.csv",
        "baeum predict ok.st ok.csv -o ok.st",
        "baeum data get ok.csv -o ok.csv",
        "baeum data get ok.csv",
    };
    bmt_exits(bmt_sh("ln -s ok.csv link2.csv && cp ok.csv copy.csv && cp ok.st copy.st"), 0);
    for (size_t i = 0; i < BMI_COUNT(lines); i++) {
        bmt_contains(lines[i], bmt_exits(bmt_sh("%s", lines[i]), 2).err, "which is read: it would be lost; name another one");
        bmt_exits(bmt_sh("cmp ok.csv copy.csv && cmp ok.st copy.st"), 0);
    }
}

static void tables(void **state)
{
    (void)state;
    bmt_exits(bmt_sh("awk 'BEGIN { for (r = 0; r < 50; r++) { for (c = 0; c < 2000; c++) printf \"%%s%%s\", c ? \",\" : \"\", "
                     "r ? (7 * r + 13 * c) %% 101 : \"c\" c; print \"\" } }' > wide.csv"),
              0);
    bmt_contains("2,000 columns", bmt_exits(bmt_sh("baeum train wide.csv -t c5"), 0).out, "49 rows · 2,000 columns");
    bmt_contains("wide tables short", bmt_exits(bmt_sh("baeum inspect wide.csv -q"), 0).out,
                 "\nand 1,960 more columns; --columns a,b");
    json_t *json = bmt_json(bmt_exits(bmt_sh("baeum inspect wide.csv --json"), 0));
    assert_int_equal(json_array_size(json_object_get(json, "columns")), 2000);
    json_decref(json);
    bmt_contains("as many as fit", bmt_exits(bmt_sh("baeum data show wide.csv"), 0).out, "and 1960 more columns");
    bmt_exits(
        bmt_sh("(echo 'x,label'; seq 1 100 | awk '{ print $1 \",\\\"a, \\\"\\\"q\\\"\\\" \" $1 %% 2 \"\\\"\" }') > q.csv"), 0);
    const bmt_run r = bmt_exits(
        bmt_sh("baeum train q.csv -t label -q -o q.st && baeum predict q.st q.csv -o q.out > words && head -n 2 q.out"), 0);
    bmt_contains("classes with all that CSV quotes", r.out,
                 "prediction,\"p_a, \"\"q\"\" 0\",\"p_a, \"\"q\"\" 1\"\n\"a, \"\"q\"\" ");
    bmt_exits(bmt_sh("(echo 'd,y'; seq 1 100 | awk '{ printf \"2024-01-%%02d 10:00,%%d\\n\", $1 %% 28 + 1, $1 }') > d.csv"), 0);
    bmt_contains("dates", bmt_exits(bmt_sh("baeum train d.csv -t y"), 0).out, "d: dates, taken apart into numbers");
    bmt_exits(bmt_sh("(echo a,y; seq 300 | sed 's/.*/&,t&/') > c.csv"), 0);
    bmt_contains("a class for each row", bmt_exits(bmt_sh("baeum train c.csv -t y --task classification"), 1).err,
                 "a class needs rows in every part: leave rare ones out, or --validation 0 --test 0");
    bmt_exits(bmt_sh("baeum train c.csv -t y --task classification --validation 0 --test 0 -q"), 0);
    bmt_exits(bmt_sh("(echo a,y; seq 60 | sed 's/.*/&,&e30/') > big.csv"), 0);
    bmt_contains("large numbers", bmt_exits(bmt_sh("baeum train big.csv -t y -q"), 0).out, "test       1.000");
    bmt_exits(bmt_sh("(echo prediction,y; seq 60 | sed 's/.*/&,&/') > same.csv && baeum train same.csv -t y -q -o s.st && "
                     "baeum predict s.st same.csv -q"),
              0);
}

static void variables(void **state)
{
    (void)state;
    static const char *const wrong[] = { "abc", "0", "-1", "1e3" };
    for (size_t i = 0; i < BMI_COUNT(wrong); i++) {
        const bmt_run r = bmt_exits(bmt_sh("BAEUM_THREADS=%s baeum predict ok.st ok.csv", wrong[i]), 0);
        bmt_contains("BAEUM_THREADS", r.err, "which is no number of threads; the default is taken\n");
        assert_int_equal(bmt_lines(r.out), 61);
    }
    assert_string_equal(bmt_exits(bmt_sh("baeum predict ok.st ok.csv"), 0).err, "");
    bmt_contains("BAEUM_ISA", bmt_exits(bmt_sh("BAEUM_ISA=nonsense baeum predict ok.st ok.csv"), 0).err,
                 "BAEUM_ISA is \"nonsense\"");
    assert_string_equal(bmt_exits(bmt_sh("BAEUM_THREADS=abc baeum predict ok.st ok.csv --threads 1"), 0).err, "");
    bmt_exits(bmt_sh("BAEUM_DATA= baeum inspect iris -q && BAEUM_DATA=/none baeum inspect iris -q && env -i \"$(command -v "
                     "baeum)\" inspect iris -q"),
              0);
    bmt_contains("help of what is not there", bmt_exits(bmt_sh("baeum help tarin"), 2).err,
                 "there is no command \"tarin\"; did you mean train?");
}

int main(void)
{
    setenv("BAEUM_THREADS", "1", 1); /* threads that other tests keep waiting make small networks slow */
    const struct CMUnitTest tests[] = {
#ifndef SANITIZED
        cmocka_unit_test(small_stack),
#endif
        cmocka_unit_test(names),       cmocka_unit_test(pipes),  cmocka_unit_test(locale),    cmocka_unit_test(at_once),
        cmocka_unit_test(spared),      cmocka_unit_test(tables), cmocka_unit_test(variables), cmocka_unit_test(sizes),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
