// SPDX-License-Identifier: Apache-2.0
/* Bad input through the command: whatever is wrong, the exit code says so, one message says what, where and what to do, and nothing
 * half written stays behind.
 */
#include "support/bmt_command.h"
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

static void put(const char *name, const char *content)
{
    bmt_temp_file(name, content, strlen(content));
}

/* A table of a and b = 2 a, and models of it and of iris. */
static int setup(void **state)
{
    (void)state;
    bmt_exits(
        bmt_sh("(echo a,b; seq 1 60 | awk '{ print $1 \",\" 2 * $1 }') > ok.csv && baeum train ok.csv -t b -q -o ok.st && "
               "baeum train iris -q -o iris.st"),
        0);
    return 0;
}

/* Fails unless the line exits with the code, says it in one line on standard error and leaves no file named out... . */
static void refuses(const char *line, int code, const char *says)
{
    const bmt_run r = bmt_sh("%s", line);
    if (r.code != code) fail_msg("%s: exit code %d instead of %d:\n%s%s", line, r.code, code, r.out, r.err);
    bmt_contains(line, r.err, says);
    const char *message =
        strncmp(r.err, "==", 2) ? r.err : r.err + strcspn(r.err, "\n") + 1; /* a sanitizer on a large allocation */
    if (bmt_lines(message) != 1) fail_msg("%s: not one line but\n%s", line, r.err);
    const bmt_run left = bmt_sh("ls -A | grep '^[.]*out'");
    if (*left.out) fail_msg("%s left %s", line, left.out);
}

/* Files that cannot be read as a table, with any command. */
static void tables(void **state)
{
    (void)state;
    static const struct {
        const char *content;
        size_t n;
        const char *says;
    } rows[] = {
        { NULL, 0, "cannot open bad.csv: No such file or directory" },
        { "", 0, "bad.csv is empty: a CSV file begins with a row of column names" },
        { "\n\n\n", 0, "bad.csv is empty" },
        { "\xef\xbb\xbf", 0, "bad.csv is empty" },
        { "a,b\n", 0, "bad.csv has column names but no rows" },
        { "a,b\n1,\"2\n3,4\n", 0, "bad.csv:2:2: the quote that opens the cell of column \"b\" is never closed" },
        { "a,b\n1,1e400\n", 0, "bad.csv" },
        { "a,b\n1,inf\n", 0, "bad.csv" },
        { "a,b\n1,2\0\n", 9, "bad.csv" },
        { "a,b\n1,\"x\"2\n", 0, "bad.csv" },
        { "a,a\n1,2\n", 0,
          "bad.csv:1:2: a second column is named \"a\"; rename one of them, or read with --rename-duplicates; if the first row "
          "is data, give --no-header\n" },
        { "\xff\xfe"
          "a\0,\0b\0\n\0",
          10, "bad.csv is in UTF-16; change it to UTF-8 first (iconv -f UTF-16 -t UTF-8)" },
        { "\x1f\x8b\x08\0\0\0\0\0", 8, "broken gzip" },
    };
    for (size_t i = 0; i < BMI_COUNT(rows); i++) {
        if (rows[i].content) bmt_temp_file("bad.csv", rows[i].content, rows[i].n ? rows[i].n : strlen(rows[i].content));
        refuses("baeum train bad.csv -t b -q -o out.st", 1, rows[i].says);
        refuses("baeum predict ok.st bad.csv --bad-rows error -o out.csv", 1, rows[i].says);
        refuses("baeum evaluate ok.st bad.csv", 1, rows[i].says);
        refuses("baeum inspect bad.csv", 1, rows[i].says);
        refuses("baeum data split bad.csv -o out", 1, rows[i].says);
    }
    static const struct {
        const char *content, *says;
    } bad_rows[] = {
        { "a,b\n1,2\n3\n", "bad.csv:3:1: the row has 1 cell, there are 2 columns; add the missing delimiters; --bad-rows skip "
                           "leaves such rows out" },
        { "a,b\n1,2,3\n",
          "bad.csv:2:3: the row has 3 cells, there are 2 columns; put cells with a delimiter inside in quotes" },
        { "a,b\n1,\"2\"3\n",
          "bad.csv:2:2: a quote stands behind the first one inside the cell of column \"b\"; put the whole cell in quotes" },
        { "a,b\n1,1e400\n",
          "bad.csv:2:2: \"1e400\" in column \"b\" is not a finite number; leave the cell empty if it is not known" },
        { "a,b\n-inf,1\n", "bad.csv:2:1: \"-inf\" in column \"a\" is not a finite number" },
    };
    for (size_t i = 0; i < BMI_COUNT(bad_rows); i++) {
        put("bad.csv", bad_rows[i].content);
        refuses("baeum train bad.csv -t b -q -o out.st", 1, bad_rows[i].says);
    }
    put("bad.csv", "a\n1,5\n");
    refuses("baeum predict ok.st bad.csv", 1,
            "bad.csv has no row that can be read: 1 row could not be read and was left out; the first: bad.csv:2:2: "
            "the row has 2 cells, there is 1 column");
    refuses("baeum train . -t b", 1, ". is a folder; DATA is");
    refuses("baeum train - -t b -o out.st <&-", 1, "cannot read standard input");
}

/* Tables that can be read, but not learned from. */
static void targets(void **state)
{
    (void)state;
    static const struct {
        const char *make, *says;
        int code;
    } rows[] = {
        { "echo a,b; seq 30 | sed 's/$/,/'", "the target \"b\" is missing in all 30 rows of bad.csv", 1 },
        { "echo a,b; seq 30 | sed 's/$/,nan/'", "the target \"b\" is missing in all 30 rows", 1 },
        { "echo a,b; seq 30 | sed 's/$/,x/'",
          "the target \"b\" is \"x\" in all rows that are learned from: there is nothing to learn", 1 },
        { "echo a,b; seq 30 | sed 's/$/,true/'", "the target \"b\" is \"true\" in all rows", 1 },
        { "echo a,b; seq 30 | sed 's/$/,2.5/'", "the target \"b\" is 2.5 in all rows", 1 },
        { "echo a,b; seq 30 | sed 's/^/7,/'",
          "no feature is left to learn from after the steps of the recipe: a is dropped: it has one value in all 30 rows; a "
          "column besides the target must tell rows apart",
          1 },
        { "echo a,b; seq 30 | sed 's/.*/id&,&/'", "no feature is left", 1 },
        { "echo b; seq 30", "no feature is left to learn from; a column besides", 1 },
        { "echo a,b; echo 1,2; echo 3,4",
          "split: 2 rows are too few for validation 0.15 and test 0.15; --validation 0 --test 0 trains on all rows", 1 },
        { "echo a,b; echo 1,2", "the target \"b\" is", 1 },
        { "echo a,c; seq 30 | sed 's/$/,1/'", "--target: there is no column \"b\"; ", 2 },
        { "echo a,b; seq 30 | sed 's/.*/&,&/'; echo 1e300,1",
          "row 31 of the data has 1e+300 as \"a\", which is too large for f32; scale or drop the column", 1 },
        { "echo a,b; seq 30 | sed 's/.*/&,&/'; echo 1,-1e300", "row 31 of the data has -1e+300 as \"b\"", 1 },
    };
    for (size_t i = 0; i < BMI_COUNT(rows); i++) {
        bmt_exits(bmt_sh("(%s) > bad.csv", rows[i].make), 0);
        refuses("baeum train bad.csv -t b -q -o out.st", rows[i].code, rows[i].says);
    }
    bmt_exits(bmt_sh("(echo a,b; echo 1,2; echo 3,5) > bad.csv"), 0);
    bmt_contains("two rows, all for training",
                 bmt_exits(bmt_sh("baeum train bad.csv -t b --validation 0 --test 0 -o two.st"), 0).out,
                 "! no rows were held out");
    refuses("baeum train ok.csv -q -o out.st", 2, "which column is to be learned? Give --target and one of a, b");
}

/* What looks bad and is not. */
static void taken(void **state)
{
    (void)state;
    bmt_exits(
        bmt_sh("(printf '\\357\\273\\277größe,b\\r\\n'; seq 1 60 | awk '{ printf \"%%d,%%d\\r\\n\", $1, 2 * $1 }') > good.csv"),
        0);
    json_t *json = bmt_json(bmt_exits(bmt_sh("baeum train good.csv -t b --json"), 0));
    bmt_near("a byte order mark, umlauts, CRLF", bmt_json_number(json, "metrics.test.r2"), 1, 1e-6);
    json_decref(json);
    json = bmt_json(bmt_exits(bmt_sh("baeum inspect good.safetensors --json"), 0));
    assert_string_equal(json_string_value(json_array_get(json_object_get(json, "features"), 0)), "größe");
    json_decref(json);
    bmt_exits(bmt_sh("(echo a,t,b; seq 1 60 | awk '{ print $1 \",w\" $1 %% 3 \",\" 2 * $1 }'; printf '61,'; head -c 10000000 "
                     "/dev/zero | tr '\\0' x; echo ,122) > good.csv"),
              0);
    json = bmt_json(bmt_exits(bmt_sh("baeum train good.csv -t b --json"), 0));
    bmt_near("a line of 10 MB", bmt_json_number(json, "metrics.test.r2"), 1, 1e-6);
    json_decref(json);
    bmt_exits(bmt_sh("baeum predict good.safetensors good.csv -o good.out && baeum inspect good.csv > good.txt && baeum "
                     "inspect good.safetensors > good.txt"),
              0);
    bmt_exits(bmt_sh("(echo a,b,c; seq 1 60 | awk '{ print ($1 %% 2 ? $1 : \"NaN\") \",\" 2 * $1 \",\" }') > good.csv"), 0);
    bmt_contains("NaN is missing", bmt_exits(bmt_sh("baeum train good.csv -t b"), 0).out,
                 "c is dropped: it is missing in all 42 rows");
    bmt_contains("no names", bmt_exits(bmt_sh("(echo ,; seq 40 | sed 's/.*/&,&/') | baeum train - -t c2"), 0).out,
                 "! column 1 has no name: it is called c1");
}

static void arrays(void **state)
{
    (void)state;
    static const struct {
        const char *name, *content;
        size_t n;
        const char *says;
    } rows[] = {
        { "bad.idx", "\0\0\10\3\377\377\377\377\377\377\377\377\377\377\377\377", 16,
          "bad.idx: the header says (4294967295, 4294967295, 4294967295)" },
        { "bad.idx", "\0\0\10\1\0\0\0\5abc", 11, "but 3 bytes are there; the file is cut off or damaged" },
        { "bad.idx", "\0\0\10", 3, "bad.idx" },
        { "bad.idx", "", 0, "bad.idx does not begin as an IDX file does" },
        { "bad.npy", "\x93NUMPY\1\0\377\377{'descr'", 18, "bad.npy: the header is longer than the file" },
        { "bad.npy", "", 0, "bad.npy is no NPY file" },
        { "bad.npy", "PK\3\4", 4, "bad.npy is no NPY file" },
        { "bad-idx3-ubyte", "\0\0\10\3\0\0\0\2\0\0\0\2", 12, "bad-idx3-ubyte" },
    };
    for (size_t i = 0; i < BMI_COUNT(rows); i++) {
        char line[200];
        bmt_temp_file(rows[i].name, rows[i].content, rows[i].n);
        static const char *const before[] = { "inspect", "train -o out.st", "predict iris.st -o out.csv", "evaluate iris.st" };
        for (size_t k = 0; k < BMI_COUNT(before); k++) {
            snprintf(line, sizeof line, "baeum %s %s", before[k], rows[i].name);
            refuses(line, 1, rows[i].says);
        }
    }
    unsigned char npy[160] = "\x93NUMPY\1\0v\0{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999, 99999999999), }";
    memset(npy + strlen((char *)npy + 10) + 10, ' ', 10);
    for (size_t k = 10; k < 127; k++) npy[k] = npy[k] ? npy[k] : ' ';
    npy[127] = '\n';
    bmt_temp_file("bad.npy", npy, 128);
    refuses("baeum inspect bad.npy", 1, "bad.npy");
    refuses("baeum train none.npy", 1, "cannot open none.npy: No such file or directory");
    refuses("baeum train none-ubyte", 1, "none-ubyte");
}

/* Model files that are cut, longer, or say what cannot be. */
static void models(void **state)
{
    (void)state;
    size_t n;
    unsigned char *m = bmt_read(bmt_temp("iris.st"), &n);
    const size_t cuts[] = { 0, 1, 7, 8, 9, 100, 2000, n - 97, n - 1 };
    for (size_t i = 0; i < BMI_COUNT(cuts); i++) {
        bmt_temp_file("cut.safetensors", m, cuts[i]);
        refuses("baeum predict cut.safetensors iris -o out.csv", 1, "cut.safetensors");
        refuses("baeum inspect cut.safetensors", 1, "cut.safetensors");
    }
    free(m);
    static const struct {
        const char *how, *says;
    } rows[] = {
        { "(cat iris.st; echo)", "1 bytes behind the last tensor" },
        { "printf '\\377\\377\\377\\377\\377\\377\\377\\177{}'", "the header says 9223372036854775807 bytes, 2 are there" },
        { "sed 's/units\\\\\":3/units\\\\\":4/' iris.st", "\"output/kernel\" is F64 (4, 3), its layer wants f64 (4, 4)" },
        { "sed 's/\\\\\"dense\\\\\"/\\\\\"danse\\\\\"/' iris.st",
          "\"danse\" is not known to this library; did you mean \"dense\"?; give the record of a kind from outside where the "
          "file is "
          "loaded, in .layers of bm_load; this command has none: the program that made the model can" },
        { "sed 's/F64/F32/' iris.st", "has offsets that do not fit its type and shape" },
        { "sed 's/\"recipe\"/\"recite\"/' iris.st", "bad.st" },
        { "echo '{}'", "bad.st" },
        { "cat ok.csv", "bad.st" },
    };
    for (size_t i = 0; i < BMI_COUNT(rows); i++) {
        bmt_exits(bmt_sh("(%s) > bad.st; cmp -s bad.st iris.st && exit 1; true", rows[i].how), 0);
        if (strstr(rows[i].how, "recite")) { /* a member that is not known is passed over: then the model takes arrays */
            refuses("baeum predict bad.st iris -o out.csv", 1, "iris is a table, but the model was trained on arrays");
            continue;
        }
        refuses("baeum predict bad.st iris -o out.csv", 1, rows[i].says);
    }
    refuses("baeum predict . iris", 1, ".: ");
    refuses("baeum predict none iris", 1, "none: No such file or directory; a model file is made by baeum train");
}

/* Numbers and settings that cannot be; more of them in test_usage.c. */
static void settings(void **state)
{
    (void)state;
    static const struct {
        const char *arguments;
        int code;
        const char *says;
    } rows[] = {
        { "-m mlp:4 --batch 1000", 2,
          "fit: batch is 1000, but there are only 42 rows to train on; a batch is at most all of them" },
        { "-m mlp:4 --rate 1e30", 1, "lower the rate" },
        { "-m mlp:4,rate=-1", 2, "rate is -1, must be >= 0" },
        { "-m mlp:4,rate=nan", 2, "rate" },
        { "-m mlp:4,dropout=1", 2, "dropout is 1, must be >= 0 and < 1" },
        { "-m mlp:0", 2, "units: dimension 1 is 0, must be >= 1" },
        { "-m mlp:-4", 2, "units: dimension 1 is -4" },
        { "-m mlp:4,epochs=0", 2, "epochs is 0, must be >= 1" },
        { "-m mlp:1000000,1000000", 1, "out of memory" },
        { "-m 'dense 99999999999'", 2, "dense: units is 99999999999" },
        { "-m 'dense 4,,dense 4'", 2, "nothing stands between two commas" },
        { "-m 'dropout 1.5'", 2, "dropout: rate is 1.5, must be >= 0 and < 1" },
        { "-m 'reshape 2x3'", 1, "reshape_1: x is (any, 1); its rows do not go into (2, 3)" },
        { "-m softmax", 2, "does not learn numbers, and the target b is taken as numbers; give --task classification" },
        { "-m none.json", 1, "--model: cannot open none.json: No such file or directory" },
        { "-m bad.json", 1, "--model: bad.json is no JSON: line 1, column " },
        { "-m wrong.json", 1, "\"layers\" must be a list of layers" },
        { "-m scalar.json", 1, "--model: scalar.json is no model: it must be {" },
        { "-m dir.json", 1, "--model: cannot read dir.json: it is a folder" },
        { "-m mlp:4 --optimizer sgd:momentum=2", 2, "momentum" },
        { "-m mlp:4,optimizer=adma", 2, "--model: \"adma\" is no optimizer; did you mean \"adam\"?" },
        { "-m mlp:4,optimizer=sgd:momentun=.9", 2, "did you mean \"momentum\"?" },
        { "-m mlp:4,activation=rleu", 2, "did you mean \"relu\"?" },
        { "-m mlp:4 --optimizer adam:beta1=nan", 2, "beta1" },
        { "--validation -.1", 2, "--validation is \"-.1\"; a share of the rows is at least 0 and below 1" },
        { "--test nan", 2, "--test is \"nan\"" },
        { "--seed 1.5", 2, "--seed is \"1.5\"" },
    };
    put("bad.json", "[1, 2");
    put("scalar.json", "null");
    put("wrong.json", "{\"layers\": 3}");
    assert_int_equal(mkdir(bmt_temp("dir.json"), 0700), 0);
    for (size_t i = 0; i < BMI_COUNT(rows); i++) {
        char line[300];
        snprintf(line, sizeof line, "baeum train ok.csv -t b -q -o out.st %s", rows[i].arguments);
        refuses(line, rows[i].code, rows[i].says);
    }
    bmt_contains("told before the table is read", bmt_exits(bmt_sh("baeum train none.csv -t b -m mlp:4,optimizer=adma"), 2).err,
                 "did you mean \"adam\"?");
    bmt_contains("no line of C is named", bmt_sh("baeum train ok.csv -t b -m mlp:4 --rate 1e30").err,
                 "the first operation whose result is not is ");
    assert_null(strstr(bmt_sh("baeum train ok.csv -t b -m mlp:4 --rate 1e30").err, "made at"));
}

/* Where a file cannot go, nothing is begun; where it does not fit, the old one stays. */
static void outputs(void **state)
{
    (void)state;
    refuses("baeum train ok.csv -t b -q -o none/m.st", 1,
            "none/m.st cannot be written: folder none: No such file or directory");
    refuses("baeum predict ok.st ok.csv -o none/p.csv", 1, "No such file or directory");
    refuses("baeum train ok.csv -t b -q -o dir.json", 1, "-o dir.json is a folder; name a file in it");
    refuses("baeum predict ok.st ok.csv -o dir.json", 1, "dir");
    if (access("/dev/full", W_OK)) {
        bmt_skip("no /dev/full");
        return;
    }
    static const struct {
        const char *line, *says;
    } full[] = {
        { "baeum train ok.csv -t b -q -o /dev/full",
          "the model is not saved: cannot write /dev/full: No space left on device" },
        { "baeum predict ok.st ok.csv -o /dev/full", "cannot write /dev/full: No space left on device" },
        { "baeum predict ok.st ok.csv > /dev/full", "No space left on device" },
        { "baeum data get iris -o /dev/full", "cannot write /dev/full: No space left on device" },
        { "baeum train ok.csv -t b -o left.st > /dev/full",
          "standard output did not take everything: No space left on device" },
        { "baeum train ok.csv -t b -o left.st --json > /dev/full", "standard output did not take everything" },
        { "baeum evaluate ok.st ok.csv > /dev/full", "standard output did not take everything" },
        { "baeum inspect ok.st > /dev/full", "standard output did not take everything" },
        { "baeum --help > /dev/full", "standard output did not take everything" },
        { "baeum train ok.csv -t b -o left.st >&-", "standard output did not take everything: Bad file descriptor" },
    };
    for (size_t i = 0; i < BMI_COUNT(full); i++) refuses(full[i].line, 1, full[i].says);
    bmt_exits(bmt_sh("baeum inspect left.st -q"), 0); /* no word got into the model when standard output was closed */
}

/* A disk that is full, where root may make a small one. */
static void full_disk(void **state)
{
    (void)state;
    char disk[4096];
    snprintf(disk, sizeof disk, "%s", bmt_temp("disk"));
    mkdir(disk, 0700);
    if (geteuid() || mount("tmpfs", disk, "tmpfs", 0, "size=64k")) {
        rmdir(disk);
        bmt_skip("no small disk can be mounted");
        return;
    }
    const bmt_run old = bmt_sh("baeum train ok.csv -t b -q -o disk/m.st && cp disk/m.st before.st");
    const bmt_run model = bmt_sh("mkdir other && TMPDIR=other baeum train ok.csv -t b -m mlp:200,200 -e 1 -q -o disk/m.st");
    char says[600];
    snprintf(says, sizeof says, "%.599s", model.err);
    const bmt_run same = bmt_sh("cmp before.st disk/m.st && ls -A disk");
    const bmt_run kept = bmt_sh("baeum inspect other/baeum-*/m.st && ls other | wc -l && rm -r other");
    const bmt_run none = bmt_sh("TMPDIR=disk baeum train ok.csv -t b -m mlp:200,200 -e 1 -q -o disk/m.st");
    const bmt_run table = bmt_sh("baeum data get digits -o disk/d.csv; code=$?; ls -A disk; exit $code");
    umount(disk);
    rmdir(disk);
    assert_int_equal(old.code, 0);
    assert_int_equal(model.code, 1);
    bmt_contains("the model", says, "the model is not saved: cannot write disk/m.st: No space left on device");
    bmt_contains("where it is", says, "What was trained is in other/");
    bmt_exits(kept, 0);
    bmt_exits(none, 1);
    assert_int_equal(same.code, 0);
    assert_string_equal(same.out, "m.st\n");
    assert_int_equal(table.code, 1);
    assert_string_equal(table.out, "m.st\n");
}

int main(void)
{
    setenv("BAEUM_THREADS", "1", 1); /* threads that other tests keep waiting make small networks slow */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables), cmocka_unit_test(targets),  cmocka_unit_test(taken),   cmocka_unit_test(arrays),
        cmocka_unit_test(models), cmocka_unit_test(settings), cmocka_unit_test(outputs), cmocka_unit_test(full_disk),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
