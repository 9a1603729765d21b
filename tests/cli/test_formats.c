// SPDX-License-Identifier: Apache-2.0
/* Arrays and named sets through the whole command: IDX pairs, NPY, NPZ, each also packed, and every bundled table and generator. */
#include "support/bmt_command.h"
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { ROWS = 240, SIDE = 4, TEST_ROWS = 40 };

/* Image i: a bright row, whose number is the class, on a dark ground. */
static void image(int i, unsigned char into[SIDE * SIDE])
{
    for (int p = 0; p < SIDE * SIDE; p++) into[p] = (unsigned char)(p / SIDE == i % 3 ? 200 + i * 7 % 50 : i * p % 40);
}

static size_t put_u32(unsigned char *to, uint32_t value, bool big)
{
    for (int b = 0; b < 4; b++) to[b] = (unsigned char)(value >> 8 * (big ? 3 - b : b));
    return 4;
}

static void write_idx(const char *images, const char *labels, int first, int rows)
{
    static unsigned char x[16 + ROWS * SIDE * SIDE], t[8 + ROWS];
    memcpy(x, "\0\0\10\3", 4);
    memcpy(t, "\0\0\10\1", 4);
    put_u32(x + 4, (uint32_t)rows, true);
    put_u32(x + 8, SIDE, true);
    put_u32(x + 12, SIDE, true);
    put_u32(t + 4, (uint32_t)rows, true);
    for (int i = 0; i < rows; i++) {
        image(first + i, x + 16 + (size_t)i * SIDE * SIDE);
        t[8 + i] = (unsigned char)((first + i) % 3);
    }
    bmt_temp_file(images, x, 16 + (size_t)rows * SIDE * SIDE);
    if (labels) bmt_temp_file(labels, t, 8 + (size_t)rows);
}

/* An NPY file of `size` bytes of content in memory; its length. */
static size_t make_npy(unsigned char *to, const char *type, const char *shape, const void *content, size_t size)
{
    memcpy(to, "\x93NUMPY\1\0v\0", 10);
    int n = sprintf((char *)to + 10, "{'descr': '%s', 'fortran_order': False, 'shape': (%s), }", type, shape);
    memset(to + 10 + n, ' ', (size_t)(118 - n));
    to[127] = '\n';
    memcpy(to + 128, content, size);
    return 128 + size;
}

typedef struct member {
    const char *name;
    unsigned char bytes[ROWS * SIDE * SIDE * 4 + 200];
    size_t n;
} member;

/* Labels, images as bytes, a number of each row, and two; as NPY. */
static void make_members(member *x, member *y, member *z, member *two)
{
    static unsigned char images[ROWS * SIDE * SIDE];
    static int64_t labels[ROWS];
    static float numbers[ROWS], twos[ROWS * 2];
    for (int i = 0; i < ROWS; i++) {
        image(i, images + (size_t)i * SIDE * SIDE);
        labels[i] = i % 3;
        numbers[i] = (float)images[i * SIDE * SIDE] / 255;
        twos[2 * i] = numbers[i];
        twos[2 * i + 1] = 1 - 2 * numbers[i];
    }
    x->n = make_npy(x->bytes, "|u1", "240, 4, 4", images, sizeof images);
    y->n = make_npy(y->bytes, "<i8", "240,", labels, sizeof labels);
    z->n = make_npy(z->bytes, "<f4", "240,", numbers, sizeof numbers);
    two->n = make_npy(two->bytes, "<f4", "240, 2", twos, sizeof twos);
}

/* A zip file of members as they are, without compression (PKWARE, "APPNOTE.TXT"). */
static void write_npz(const char *name, const member *const *members, int n)
{
    static unsigned char zip[1 << 18];
    uint32_t at[4];
    size_t end = 0;
    for (int part = 0; part < 2; part++) { /* the members, then the directory */
        const size_t directory = end;
        for (int i = 0; i < n; i++) {
            const member *m = members[i];
            char file[40];
            const int length = sprintf(file, "%s.npy", m->name);
            unsigned char *h = zip + end;
            if (!part) at[i] = (uint32_t)end;
            memset(h, 0, 46);
            size_t k = put_u32(h, part ? 0x02014b50 : 0x04034b50, false);
            if (part) k += 2;
            h[k] = 20;
            k += 10; /* version, flags, method, time, date */
            k += put_u32(h + k, (uint32_t)crc32(0, m->bytes, (uInt)m->n), false);
            k += put_u32(h + k, (uint32_t)m->n, false);
            k += put_u32(h + k, (uint32_t)m->n, false);
            h[k] = (unsigned char)length;
            k += 4;
            if (part) k += 10 + put_u32(h + k + 10, at[i], false);
            memcpy(h + k, file, (size_t)length);
            end += k + (size_t)length;
            if (part) continue;
            memcpy(zip + end, m->bytes, m->n);
            end += m->n;
        }
        if (!part) continue;
        unsigned char *h = zip + end;
        memset(h, 0, 22);
        put_u32(h, 0x06054b50, false);
        h[8] = h[10] = (unsigned char)n;
        put_u32(h + 12, (uint32_t)(end - directory), false);
        put_u32(h + 16, (uint32_t)directory, false);
        end += 22;
    }
    bmt_temp_file(name, zip, end);
}

static member x = { .name = "x" }, y = { .name = "y" }, z = { .name = "y" }, two = { .name = "y" };

static int setup(void **state)
{
    (void)state;
    make_members(&x, &y, &z, &two);
    bmt_temp_file("x.npy", x.bytes, x.n);
    bmt_temp_file("y.npy", y.bytes, y.n);
    bmt_temp_file("z.npy", z.bytes, z.n);
    write_idx("train-images-idx3-ubyte", "train-labels-idx1-ubyte", 0, ROWS);
    bmt_exits(bmt_sh("gzip -k x.npy y.npy train-images-idx3-ubyte train-labels-idx1-ubyte"), 0);
    return 0;
}

/* Trains on what an argument line says, judges, predicts, looks at it. All these images are told apart. */
static void through(const char *train, const char *data)
{
    json_t *json = bmt_json(bmt_exits(bmt_sh("baeum train %s -m mlp:16 -e 60 --rate .01 -o a.st --json", train), 0));
    static const char *const metrics[] = { "accuracy",          "f1_macro", "precision_macro", "recall_macro",
                                           "balanced_accuracy", "roc_auc",  "log_loss" };
    for (size_t i = 0; i < BMI_COUNT(metrics); i++) {
        char path[60];
        snprintf(path, sizeof path, "metrics.test.%s", metrics[i]);
        bmt_near(train, bmt_json_number(json, path), i < 6, i < 6 ? 1e-12 : .5);
    }
    bmt_near("a third", bmt_json_number(json, "baseline.accuracy"), 1. / 3, .01);
    bmt_near("log loss of shares", bmt_json_number(json, "baseline.log_loss"), 1.0986, .01);
    assert_int_equal(json_array_size(json_object_get(json, "classes")), 3);
    assert_string_equal(bmt_json_string(json, "task"), "classification");
    json_decref(json);
    const bmt_run r = bmt_exits(bmt_sh("baeum predict a.st %s", data), 0);
    assert_int_equal(bmt_lines(r.out), ROWS + 1);
    assert_string_equal(bmt_line(r.out, 0), "prediction,p_0,p_1,p_2");
    for (int i = 0; i < 6; i++) assert_int_equal(*bmt_line(r.out, i + 1), '0' + i % 3);
    assert_int_equal(bmt_lines(bmt_exits(bmt_sh("baeum inspect a.st -q"), 0).out) > 3, 1);
}

static void idx(void **state)
{
    (void)state;
    through("train-images-idx3-ubyte", "train-images-idx3-ubyte"); /* the labels beside it are found by their name */
    through("train-images-idx3-ubyte.gz", "train-images-idx3-ubyte.gz");
    bmt_exits(bmt_sh("cp train-images-idx3-ubyte pictures.idx && cp train-labels-idx1-ubyte answers.idx"), 0);
    through("pictures.idx --target answers.idx", "pictures.idx");
    const bmt_run r = bmt_exits(bmt_sh("baeum evaluate a.st train-images-idx3-ubyte"), 0);
    bmt_contains("all right", r.out, "\nmodel         1.000");
    bmt_contains("counts", r.out, "true \\ predicted    0    1    2\n               0   80    0    0\n");
    bmt_contains("inspect", bmt_exits(bmt_sh("baeum inspect pictures.idx"), 0).out, "240×4×4×1");
    bmt_contains("no labels", bmt_exits(bmt_sh("baeum train pictures.idx"), 1).err,
                 "images need the file of their labels: --target FILE");
    bmt_contains("fewer labels",
                 bmt_exits(bmt_sh("head -c 100 answers.idx > few.idx; baeum train pictures.idx -t few.idx"), 1).err, "few.idx");
    bmt_contains("of a table", bmt_exits(bmt_sh("baeum train pictures.idx -t answers.idx --drop x"), 2).err,
                 "--drop is for tables");
}

/* A folder of images in two parts, as mnist has them, is a set by its name. */
static void set_in_two_parts(void **state)
{
    (void)state;
    bmt_exits(bmt_sh("mkdir -p sets/mnist && cp train-*-ubyte.gz sets/mnist"), 0);
    write_idx("sets/mnist/t10k-images-idx3-ubyte", "sets/mnist/t10k-labels-idx1-ubyte", 1, TEST_ROWS);
    const bmt_run r = bmt_exits(bmt_sh("baeum train mnist --data sets -m mlp:16 -e 40 --rate .01"), 0);
    bmt_contains("the parts", r.out, "mnist        240 rows to train, 40 rows to test · each 4×4×1 u8 · classes: 10\n");
    bmt_contains("its own test part", r.out, "split        204 train · 36 validation · 40 test, seed 0\n");
    assert_int_equal(bmt_lines(bmt_exits(bmt_sh("BAEUM_DATA=sets baeum predict mnist.safetensors mnist"), 0).out),
                     TEST_ROWS + 1);
    bmt_contains("judged on its test part", bmt_exits(bmt_sh("BAEUM_DATA=sets baeum evaluate mnist.safetensors mnist"), 0).out,
                 "\nmodel ");
    bmt_contains("other targets", bmt_exits(bmt_sh("baeum train mnist --data sets -t y.npy"), 2).err,
                 "--target: mnist has its own targets");
    bmt_contains("asked for another", bmt_exits(bmt_sh("baeum train mnist --data sets -m mlp:4 -e 1 --test .5"), 0).out,
                 "84 train · 36 validation · 120 test");
    bmt_contains("get", bmt_exits(bmt_sh("baeum data get mnist --data sets -o copy"), 0).out, "4 files");
    bmt_exits(
        bmt_sh("cmp copy/train-images-idx3-ubyte.gz sets/mnist/train-images-idx3-ubyte.gz && cmp copy/t10k-labels-idx1-ubyte "
               "sets/mnist/t10k-labels-idx1-ubyte"),
        0);
    bmt_exits(bmt_sh("baeum data get mnist --data sets -q && baeum train mnist --data . -m mlp:4 -e 1 -q"), 0);
    bmt_exits(bmt_sh("rm copy/t10k-labels-idx1-ubyte && mkdir away && mv copy away/fashion-mnist"), 0);
    const bmt_run none = bmt_exits(bmt_sh("baeum data get fashion-mnist --data away"), 1);
    bmt_contains("what is not here", none.err,
                 "fashion-mnist is not here: there is no fashion-mnist/t10k-labels-idx1-ubyte.gz in away, ");
    bmt_contains("where it is", none.err, "are at http://fashion-mnist.");
    bmt_contains("what to do", none.err, "by --data FOLDER or BAEUM_DATA");
    bmt_contains("and by train", bmt_exits(bmt_sh("baeum evaluate mnist.safetensors fashion-mnist --data away"), 1).err,
                 "baeum data get fashion-mnist tells how");
}

static void npy(void **state)
{
    (void)state;
    through("x.npy --target y.npy", "x.npy");
    through("x.npy.gz --target y.npy.gz", "x.npy.gz");
    json_t *json = bmt_json(bmt_exits(bmt_sh("baeum train x.npy --target z.npy -o z.st --json"), 0));
    assert_string_equal(bmt_json_string(json, "task"), "regression");
    assert_string_equal(bmt_json_string(json, "model"), "linear");
    bmt_near("the number is a pixel", bmt_json_number(json, "metrics.test.r2"), 1, 1e-6);
    assert_true(bmt_json_number(json, "metrics.test.rmse") < bmt_json_number(json, "baseline.rmse"));
    assert_true(bmt_json_number(json, "metrics.test.mae") < bmt_json_number(json, "baseline.mae"));
    json_decref(json);
    bmt_near("prediction", atof(bmt_line(bmt_exits(bmt_sh("baeum predict z.st x.npy"), 0).out, 1)), 200. / 255, 1e-5);
    bmt_contains("numbers as classes", bmt_exits(bmt_sh("baeum train x.npy -t z.npy --task classification"), 2).err,
                 "the targets of x.npy are reals");
    bmt_contains("a table's model", bmt_exits(bmt_sh("baeum predict z.st iris"), 1).err,
                 "iris is a table, but the model was trained on arrays");
    bmt_exits(bmt_sh("baeum train iris -q -o t.st"), 0);
    bmt_contains("an array's data", bmt_exits(bmt_sh("baeum predict t.st x.npy"), 1).err,
                 "x.npy has arrays, but the model was trained on a table");
    bmt_contains("other shapes", bmt_exits(bmt_sh("baeum predict z.st y.npy"), 1).err, "(240)");
}

static void npz(void **state)
{
    (void)state;
    write_npz("c.npz", (const member *const[]){ &x, &y }, 2);
    const bmt_run r = bmt_sh("baeum inspect c.npz");
    if (strstr(r.err, "libzip")) {
        bmt_skip("no libzip");
        return;
    }
    bmt_contains("inspect", bmt_exits(r, 0).out, "x       u8     240×4×4×1");
    through("c.npz", "c.npz");
    bmt_contains("two targets", bmt_exits(bmt_sh("baeum train c.npz --target y.npy"), 2).err,
                 "--target: c.npz has its own targets, which are learned; leave the option out");
    bmt_contains("evaluate", bmt_exits(bmt_sh("baeum evaluate a.st c.npz"), 0).out, "\nmodel         1.000");
    member both[2] = { { .name = "x_train" }, { .name = "x_test" } },
           labels[2] = { { .name = "y_train" }, { .name = "y_test" } };
    for (int i = 0; i < 2; i++) {
        memcpy(both[i].bytes, x.bytes, both[i].n = x.n);
        memcpy(labels[i].bytes, y.bytes, labels[i].n = y.n);
    }
    write_npz("parts.npz", (const member *const[]){ &both[0], &labels[0], &both[1], &labels[1] }, 4);
    bmt_contains("two parts", bmt_exits(bmt_sh("baeum train parts.npz -m mlp:4 -e 1"), 0).out,
                 "240 rows to train, 240 rows to test");
    bmt_contains("the same rows", bmt_sh("baeum train parts.npz -m mlp:4 -e 1").out,
                 " test rows are each equal to a training row");
    write_npz("two.npz", (const member *const[]){ &x, &two }, 2);
    json_t *json = bmt_json(bmt_exits(bmt_sh("baeum train two.npz -m linear -o two.st --json"), 0));
    bmt_near("two targets", bmt_json_number(json, "metrics.test.r2"), 1, 1e-6);
    json_decref(json);
    bmt_contains("a column each", bmt_exits(bmt_sh("baeum predict two.st two.npz"), 0).out, "prediction_1,prediction_2\n");
    write_npz("none.npz", (const member *const[]){ &x }, 1);
    bmt_contains("no targets", bmt_exits(bmt_sh("baeum train none.npz"), 1).err,
                 "none.npz has no targets; an NPZ file needs an array y");
    bmt_contains("no targets", bmt_exits(bmt_sh("baeum evaluate a.st none.npz"), 1).err,
                 "none.npz has no targets; baeum predict does without");
}

/* Numbers in arrays that are not finite, and labels below 0, are said by their row. */
static void wrong_numbers(void **state)
{
    (void)state;
    float v[6] = { 1, 2, 3, 4, 5, 6 };
    static unsigned char file[400];
    const float bad[] = { strtof("nan", NULL), strtof("inf", NULL) };
    const char *const says[] = { "w.npy: row 1 of x (counted from 0) has ", "at position 2; clean the data first" };
    int64_t labels[2] = { 0, -4 };
    bmt_temp_file("l.npy", file, make_npy(file, "<f4", "2,", v, 8));
    for (int i = 0; i < 2; i++) {
        v[5] = bad[i];
        bmt_temp_file("w.npy", file, make_npy(file, "<f4", "2, 3", v, sizeof v));
        const bmt_run r = bmt_exits(bmt_sh("baeum train w.npy -t l.npy --validation 0 --test 0"), 1);
        for (int k = 0; k < 2; k++) bmt_contains("a number", r.err, says[k]);
    }
    v[5] = 6;
    bmt_temp_file("w.npy", file, make_npy(file, "<f4", "2, 3", v, sizeof v));
    bmt_temp_file("l.npy", file, make_npy(file, "<i8", "2,", labels, sizeof labels));
    bmt_contains("a label", bmt_exits(bmt_sh("baeum train w.npy -t l.npy"), 1).err,
                 "label 1 is -4; labels are class numbers from 0");
    labels[1] = INT64_C(1) << 32;
    bmt_temp_file("l.npy", file, make_npy(file, "<i8", "2,", labels, sizeof labels));
    bmt_contains("a label that no i32 holds", bmt_exits(bmt_sh("baeum train w.npy -t l.npy"), 1).err,
                 "l.npy: label 1 is 4.29497e+09, which is no class number");
    bmt_temp_file("l.npy", file, make_npy(file, "|u1", "2, 3", labels, 6));
    bmt_contains("one-hot labels", bmt_exits(bmt_sh("baeum train w.npy -t l.npy"), 1).err,
                 "l.npy: labels are one class number a row; here a row has 3 numbers");
    labels[1] = 0;
    bmt_temp_file("l.npy", file, make_npy(file, "<i8", "2,", labels, sizeof labels));
    bmt_contains("one class", bmt_exits(bmt_sh("baeum train w.npy -t l.npy --validation 0 --test 0"), 1).err, "one class");
    bmt_contains("two rows", bmt_exits(bmt_sh("baeum train w.npy -t l.npy"), 1).err, "too few");
}

static void named(void **state)
{
    (void)state;
    static const struct {
        const char *name, *more;
        double features;
    } sets[] = {
        { "iris", "", 4 },
        { "infert", "", 8 },
        { "creditcard", "", 15 },
        { "digits", "", 64 },
        { "xor", "", 2 },
        { "moons", "", 2 },
        { "circles", "", 2 },
        { "spiral", "", 2 },
        { "blobs", "", 2 },
        { "linear", "", 2 },
        { "moons:rows=300,noise=.2,seed=4", "", 2 },
    };
    for (size_t i = 0; i < BMI_COUNT(sets); i++) {
        bmt_exits(bmt_sh("baeum train %s -q -o n.st && baeum predict n.st %s -q -o n.csv && baeum evaluate n.st %s -q",
                         sets[i].name, sets[i].name, sets[i].name),
                  0);
        json_t *json = bmt_json(bmt_exits(bmt_sh("baeum inspect n.st --json"), 0));
        bmt_near(sets[i].name, (double)json_array_size(json_object_get(json, "features")), sets[i].features, 0);
        json_decref(json);
        bmt_exits(bmt_sh("baeum inspect %s -q", sets[i].name), 0);
    }
    bmt_contains("settings", bmt_sh("baeum inspect moons:rows=300").out, "300 rows");
    bmt_contains("a wrong setting", bmt_exits(bmt_sh("baeum train moons:row=300"), 1).err, "rows");
    bmt_contains("a wrong number", bmt_exits(bmt_sh("baeum train moons:rows=-3"), 1).err, "rows");
    bmt_contains("a wrong name", bmt_exits(bmt_sh("baeum train moon"), 1).err, "did you mean \"moons\"?");
}

int main(void)
{
    setenv("BAEUM_THREADS", "1", 1); /* threads that other tests keep waiting make small networks slow */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(idx), cmocka_unit_test(set_in_two_parts), cmocka_unit_test(npy),
        cmocka_unit_test(npz), cmocka_unit_test(wrong_numbers),    cmocka_unit_test(named),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
