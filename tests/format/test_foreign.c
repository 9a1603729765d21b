// SPDX-License-Identifier: Apache-2.0
/* Files that are no table in text are named for what they are; what only looks alike is read. */
#include "base/memory.h"
#include "format/csv.h"
#include "support/bmt.h"
#include <string.h>

static void kinds(void **state)
{
    (void)state;
#define ROW(bytes_, says_)                \
    {                                     \
        bytes_, sizeof(bytes_) - 1, says_ \
    }
    static const struct {
        const char *bytes;
        size_t n;
        const char *says;
    } rows[] = {
        /* signatures as their formats' own documents give them */
        ROW("PK\3\4\24\0\0\0[Content_Types].xml xl/workbook.xml", "is an Excel workbook; save it as CSV"),
        ROW("PK\3\4\24\0\0\0xl/workbook.bin", "is an Excel workbook; save it as CSV"),
        ROW("PK\3\4\24\0\0\0[Content_Types].xml word/document.xml", "is a Word document; save it as CSV"),
        ROW("PK\3\4\12\0\0\0mimetype content.xml META-INF/manifest.xml",
            "is an OpenDocument file, as of LibreOffice; save it as CSV"),
        ROW("PK\3\4\24\0\0\0arr_0.npy", "is a NumPy archive; give it the ending .npz"),
        ROW("PK\3\4\24\0\0\0table.csv", "is a zip archive; unpack it first"),
        ROW("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1\0\0", "is an Excel workbook of the old kind (.xls), or another Office document"),
        ROW("PAR1\25\4\25\0", "is a Parquet file"),
        ROW("ARROW1\0\0", "is an Arrow (Feather) file"),
        ROW("\x89HDF\r\n\x1A\n\0", "is an HDF5 file"),
        ROW("SQLite format 3\0", "is an SQLite database"),
        ROW("%PDF-1.7\n", "is a PDF document"),
        ROW("\x93NUMPY\1\0v\0{'descr'", "is a NumPy array; give it the ending .npy"),
        ROW("RDX3\nX\n\0\0\0\3", "is a file of R"),
        ROW("X\n\0\0\0\3", "is a file of R (.rds)"),
        ROW("BZh91AY&SY\0", "is packed by bzip2; unpack it first"),
        ROW("\xFD"
            "7zXZ\0\0",
            "is packed by xz; unpack it first"),
        ROW("\x28\xB5\x2F\xFD\4\0", "is packed by zstd; unpack it first"),
        ROW("\x89PNG\r\n\x1A\n\0\0\0\15", "is a picture (PNG)"),
        ROW("\0\0\x08\x03\0\0\0\1", "is an IDX file"),
        ROW("\x40\0\0\0\0\0\0\0{\"__metadata__\"", "is a safetensors file, as models are"),
        ROW("\n  <!DOCTYPE html>\n<html>", "is a web page (HTML); was it saved instead of the file?"),
        ROW("\xEF\xBB\xBF<HTML lang=en>", "is a web page (HTML)"),
        ROW("<?xml version='1.0'?>", "is an XML file"),
        ROW("[\n  {\n    \"a\": 1}]", "is a JSON file"),
        ROW("{\"a\": 1}\n{\"a\": 2}\n", "is a JSON file"),
        /* tables */
        ROW("PAR1,PAR2\n1,2\n", NULL),
        ROW("ARROW1\n1\n", NULL),
        ROW("BZh\n1\n", NULL),
        ROW("PK,a\n1,2\n", NULL),
        ROW("[a],{b}\n1,2\n", NULL),
        ROW("<a,b>\n1,2\n", NULL),
        ROW("{a}\n1\n", NULL),
    };
#undef ROW
    for (size_t i = 0; i < BMI_COUNT(rows); i++) {
        const bm_csv_options how = { .path = "x" };
        bmi_error e = { 0 };
        bmi_csv csv;
        const bm_status st = bmi_csv_read_bytes(&e, BM_HERE, NULL, "data.csv", rows[i].bytes, rows[i].n, 0, &how, &csv);
        if (!rows[i].says) {
            if (st) fail_msg("%s: %s", rows[i].bytes, e.text);
            bmi_csv_end(NULL, &csv);
            continue;
        }
        assert_int_equal(st, BM_E_FORMAT);
        bmt_contains("what it is", e.text, rows[i].says);
        bmt_contains("which", e.text, "data.csv is ");
    }
}

/* Of a file only its begin and end are read; a zip archive's names stand at the end. */
static void of_a_file(void **state)
{
    (void)state;
    enum { SIZE = 300000 };
    static char bytes[SIZE];
    memset(bytes, 7, sizeof bytes);
    memcpy(bytes, "PK\3\4", 4);
    memcpy(bytes + SIZE - 60, "xl/workbook.xml", 15);
    bmt_temp_file("book.xlsx", bytes, sizeof bytes);
    const bm_csv_options how = { .path = bmt_temp("book.xlsx") };
    bmi_error e = { 0 };
    bmi_csv csv;
    assert_int_equal(bmi_csv_read(&e, BM_HERE, NULL, &how, &csv), BM_E_FORMAT);
    bmt_contains("what it is", e.text, "book.xlsx is an Excel workbook; save it as CSV");
}

static bm_status read_it(bm_context *context, void *path)
{
    const bm_csv_options how = { .path = path };
    bmi_error e = { 0 };
    bmi_csv csv;
    const bm_status st = bmi_csv_read(&e, BM_HERE, context, &how, &csv);
    return st == BM_E_FORMAT ? BM_OK : st; /* what it is to say */
}

static void without_memory(void **state)
{
    (void)state;
    char path[4096];
    of_a_file(state);
    snprintf(path, sizeof path, "%s", bmt_temp("book.xlsx"));
    assert_true(bmt_each_failure("a workbook", read_it, path) > 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(kinds), cmocka_unit_test(of_a_file),
                                        cmocka_unit_test(without_memory) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
