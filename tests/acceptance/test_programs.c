// SPDX-License-Identifier: Apache-2.0
/* The programs of this folder: what stands at the margin in them, and the whole of keras_way.c, is the interface that was promised. The
 * build compiles them as users do, by the public headers, strictly; here they are run.
 */
#include <baeum.h>
#include "support/bmt_command.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static double after(const char *text, const char *word)
{
    const char *at = strstr(text, word);
    if (!at) fail_msg("no \"%s\" in\n%s", word, text);
    return strtod(at + strlen(word), NULL);
}

static bmt_run program(const char *name)
{
    return bmt_exits(bmt_sh("\"$BAEUM_BUILD\"/acceptance/%s", name), 0);
}

/* ---- an mnist folder of its own: the bundled digits, three times as large, in IDX files ---- */
static void write_idx(const char *name, const unsigned char *bytes, int rank, const int *dim)
{
    unsigned char head[16] = { 0, 0, 8, (unsigned char)rank };
    size_t n = 1;
    for (int i = 0; i < rank; i++) {
        for (int k = 0; k < 4; k++) head[4 + 4 * i + k] = (unsigned char)(dim[i] >> (24 - 8 * k));
        n *= (size_t)dim[i];
    }
    FILE *f = fopen(bmt_temp(name), "wb");
    assert_true(f && fwrite(head, 1, 4 + 4 * (size_t)rank, f) == 4 + 4 * (size_t)rank && fwrite(bytes, 1, n, f) == n &&
                !fclose(f));
}

static void make_mnist(void)
{
    enum { TRAIN = 1400 };
    bm_table *table = bm_table_load("digits");
    if (bm_failed(table)) fail_msg("%s", bm_error(table));
    const int n = (int)bm_table_rows(table);
    unsigned char *images = calloc((size_t)n, 28 * 28), *labels = calloc((size_t)n, 1);
    for (int i = 0; i < n; i++) {
        labels[i] = (unsigned char)bm_table_number(table, i, bm_table_find(table, "label"));
        for (int y = 0; y < 24; y++)
            for (int x = 0; x < 24; x++)
                images[784 * i + 28 * (y + 2) + x + 2] = (unsigned char)(15 * bm_table_number(table, i, 8 * (y / 3) + x / 3));
    }
    mkdir(bmt_temp("data"), 0777);
    mkdir(bmt_temp("data/mnist"), 0777);
    write_idx("data/mnist/train-images-idx3-ubyte", images, 3, (const int[]){ TRAIN, 28, 28 });
    write_idx("data/mnist/train-labels-idx1-ubyte", labels, 1, (const int[]){ TRAIN });
    write_idx("data/mnist/t10k-images-idx3-ubyte", images + 784 * TRAIN, 3, (const int[]){ n - TRAIN, 28, 28 });
    write_idx("data/mnist/t10k-labels-idx1-ubyte", labels + TRAIN, 1, (const int[]){ n - TRAIN });
    free(images);
    free(labels);
    bm_free(table);
}

static void keras_way(void **state)
{
    (void)state;
    make_mnist();
    bmt_exits(bmt_sh("BAEUM_DATA=data \"$BAEUM_BUILD\"/acceptance/keras_way"), 0);
    bm_model *m = bm_load(bmt_temp("mnist.safetensors"));
    bm_dataset *test = bm_dataset_load("mnist", .part = "test", .data = bmt_temp("data"));
    if (bm_failed(m) || bm_failed(test)) fail_msg("%s%s", bm_error(m), bm_error(test));
    assert_int_equal(bm_history_epochs(m), 5);
    assert_int_equal(bm_model_parameters(m), 784 * 512 + 512 + 512 * 10 + 10);
    const bm_scores s = bm_evaluate(m, test);
    assert_true(s.rows == 397 && bm_score(&s, "accuracy") > .85);
    assert_true(bm_history(m, "validation_accuracy", -1) == bm_score(&s, "accuracy"));
    bm_free(m);
    bm_free(test);
}

/* Without data it says what is missing and where it was asked for, and nothing else happens. */
static void keras_way_without_data(void **state)
{
    (void)state;
    const bmt_run r = bmt_exits(bmt_sh("rm -f mnist.safetensors; BAEUM_DATA=nowhere \"$BAEUM_BUILD\"/acceptance/keras_way; "
                                       "code=$?; test ! -e mnist.safetensors && exit $code"),
                                1);
    bmt_contains("what", r.err, "mnist");
    bmt_contains("where", r.err, "keras_way.c:6");
    assert_int_equal(bmt_lines(r.err), 1);
}

static void low_level(void **state)
{
    (void)state;
    const bmt_run r = program("low_level");
    assert_true(after(r.out, "loss ") > 1 && after(r.out, "then ") < .1);
    bmt_contains("gradient", r.out, "gradient (784, 10), like w (784, 10)");
}

/* Bike sharing's own table where it is, else one with its columns. */
static bool make_bike(void)
{
    const char *real = bmt_data("bike-sharing/train.csv");
    if (real) {
        char folder[2048] = "";
        if (real[0] != '/' && getcwd(folder, sizeof folder - 1)) strcat(folder, "/");
        bmt_exits(bmt_sh("ln -sf '%s%s' bike.csv", folder, real), 0);
        return true;
    }
    FILE *f = fopen(bmt_temp("bike.csv"), "w");
    assert_non_null(f);
    fprintf(f, "datetime,season,holiday,workingday,weather,temp,atemp,humidity,windspeed,casual,registered,count\n");
    for (int i = 0; i < 2000; i++) {
        const int hour = i % 24, day = 1 + i / 24 % 19, month = 1 + i / 24 / 19 % 12, season = 1 + (month - 1) / 3,
                  weather = 1 + i * 7 % 3;
        const double temp = 10 + 5 * season + .3 * hour;
        const int count = (int)exp(2 + .04 * temp + .05 * hour - .2 * weather + .1 * (i * 37 % 11) / 11);
        fprintf(f, "2011-%02d-%02d %02d:00:00,%d,0,%d,%d,%.2f,%.3f,%d,%d,%d,%d,%d\n", month, day, hour, season, i / 24 % 7 < 5,
                weather, temp, temp + 3, 40 + i * 13 % 50, i * 5 % 30, count / 3, count - count / 3, count);
    }
    fclose(f);
    return false;
}

static void table(void **state)
{
    (void)state;
    const bool real = make_bike();
    const bmt_run r = program("table");
    assert_int_equal(after(r.out, "rows "), real ? 2722 : 500); /* a quarter of 10,886 or of 2,000 */
    assert_true(after(r.out, "MAE ") < .8 * after(r.out, "baseline "));
    bmt_contains("the file", r.out, "the file predicts the same");
}

static void own_memory(void **state)
{
    (void)state;
    const bmt_run r = program("own_memory");
    bmt_contains("no copy", r.out, "memory is ours");
    bmt_near("3 * 9.8 + 20", after(r.out, "one row "), 49.4, .1);
    double v[3], loss;
    assert_int_equal(sscanf(strstr(r.out, "predictions "), "predictions %lf %lf %lf, loss %lf", &v[0], &v[1], &v[2], &loss), 4);
    assert_true(v[0] < v[1] && v[1] < v[2]); /* warmer, more */
    assert_true(loss >= 0 && loss < .1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keras_way),  cmocka_unit_test(keras_way_without_data),
        cmocka_unit_test(low_level),  cmocka_unit_test(table),
        cmocka_unit_test(own_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
