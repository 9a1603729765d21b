// SPDX-License-Identifier: Apache-2.0
/* Kinds of files by their first bytes, for the message when one is given where a CSV file belongs. What could be the name of a column,
 * "PAR1", counts only where control characters follow that no text has.
 */
#include "format/foreign.h"
#include "base/memory.h"
#include <ctype.h>
#include <string.h>

enum { HEAD = 1024, TAIL = 1 << 16 };

#define AS_CSV "write it as CSV there"
#define UNPACK "unpack it first"
#define OWN(end_) "give it the ending " end_ " that such files have"

static const struct {
    const char *bytes;
    size_t n;
    const char *what, *advice;
} kinds[] = {
// clang-format off
#define ROW(bytes_, what_, advice_) { bytes_, sizeof(bytes_) - 1, what_, advice_ }
    ROW("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "an Excel workbook of the old kind (.xls), or another Office document", "save it as CSV"),
    ROW("PAR1", "a Parquet file", "write it as CSV, as with pandas: read_parquet(...).to_csv(..., index=False)"),
    ROW("ARROW1", "an Arrow (Feather) file", "write it as CSV, as with pandas: read_feather(...).to_csv(..., index=False)"),
    ROW("\x89HDF\r\n\x1A\n", "an HDF5 file", AS_CSV),
    ROW("SQLite format 3", "an SQLite database", "write a table of it as CSV: sqlite3 -header -csv FILE 'select * from TABLE' > table.csv"),
    ROW("%PDF-", "a PDF document", "the table in it must be a CSV file"),
    ROW("\x93NUMPY", "a NumPy array", OWN(".npy")),
    ROW("RDX2\n", "a file of R", "write it as CSV, as with write.csv(..., row.names = FALSE)"),
    ROW("RDX3\n", "a file of R", "write it as CSV, as with write.csv(..., row.names = FALSE)"),
    ROW("X\n\0\0\0", "a file of R (.rds)", "write it as CSV, as with write.csv(..., row.names = FALSE)"),
    ROW("$FL2", "an SPSS file", AS_CSV),
    ROW("<stata_dta>", "a Stata file", AS_CSV),
    ROW("BZh", "packed by bzip2", UNPACK),
    ROW("\xFD"
        "7zXZ\0", "packed by xz", UNPACK),
    ROW("\x28\xB5\x2F\xFD", "packed by zstd", UNPACK),
    ROW("7z\xBC\xAF\x27\x1C", "a 7-Zip archive", UNPACK),
    ROW("Rar!\x1A\x07", "a RAR archive", UNPACK),
    ROW("\x89PNG\r\n\x1A\n", "a picture (PNG)", "images are read from IDX, NPY and NPZ files"),
    ROW("\xFF\xD8\xFF", "a picture (JPEG)", "images are read from IDX, NPY and NPZ files"),
    ROW("\0\0\x08\x01", "an IDX file", OWN(".idx or -ubyte")),
    ROW("\0\0\x08\x03", "an IDX file", OWN(".idx or -ubyte")),
#undef ROW
    // clang-format on
};

static bool contains(const unsigned char *bytes, size_t n, const char *text)
{
    const size_t m = strlen(text);
    for (size_t i = 0; i + m <= n; i++)
        if (bytes[i] == (unsigned char)*text && !memcmp(bytes + i, text, m)) return true;
    return false;
}

/* What an archive of zip holds, by the names in its directory, which stands at the end. */
static const char *in_zip(const unsigned char *tail, size_t n, const char **advice)
{
    *advice = "save it as CSV";
    if (contains(tail, n, "xl/workbook.")) return "an Excel workbook";
    if (contains(tail, n, "word/document.xml")) return "a Word document";
    if (contains(tail, n, "META-INF/manifest.xml") && contains(tail, n, "content.xml"))
        return "an OpenDocument file, as of LibreOffice";
    if (contains(tail, n, ".npy")) return *advice = OWN(".npz"), "a NumPy archive";
    return *advice = UNPACK, "a zip archive";
}

/* What a text is that is no table: a web page, JSON. */
static const char *in_text(const unsigned char *head, size_t n, const char **advice)
{
    char word[16] = "";
    size_t at = 0, m = 0;
    while (at < n && (isspace(head[at]) || head[at] == 0xEF || head[at] == 0xBB || head[at] == 0xBF)) at++;
    for (size_t i = at; i < n && m < sizeof word - 1; i++)
        if (!isspace(head[i])) word[m++] = (char)tolower(head[i]);
    *advice = "the table in it must be a CSV file";
    if (!strncmp(word, "<!doctypehtml", 13) || !strncmp(word, "<html", 5))
        return *advice = "was it saved instead of the file?", "a web page (HTML)";
    if (!strncmp(word, "<?xml", 5)) return "an XML file";
    *advice = "write it as CSV: a row of names, then a line for each record";
    if (!strncmp(word, "[{\"", 3) || !strncmp(word, "{\"", 2)) return "a JSON file";
    return NULL;
}

static bool has_control(const unsigned char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (bytes[i] < '\t') return true;
    return false;
}

bm_status bmi_foreign(bmi_error *e, bm_place here, const bmi_source *s)
{
    unsigned char *buffer = NULL;
    size_t room = 0;
    const unsigned char *head = NULL, *tail = NULL;
    const size_t n = s->size < HEAD ? s->size : HEAD, m = s->size < TAIL ? s->size : TAIL;
    const char *what = NULL, *advice = NULL;
    bm_status st = n ? bmi_source_read(e, here, s, 0, n, &buffer, &room, &head) : BM_OK;
    for (size_t i = 0; !st && !what && i < sizeof kinds / sizeof *kinds; i++)
        if (n >= kinds[i].n && !memcmp(head, kinds[i].bytes, kinds[i].n) && (*head == '%' || has_control(head, n))) {
            what = kinds[i].what;
            advice = kinds[i].advice;
        }
    if (!st && n && !what) what = in_text(head, n, &advice);
    if (!st && !what && n > 9 && !memcmp(head + 4, "\0\0\0\0{\"", 6)) {
        what = "a safetensors file, as models are";
        advice = "a table in text goes here";
    }
    if (!st && !what && n >= 4 && !memcmp(head, "PK\3\4", 4)) {
        st = bmi_source_read(e, here, s, s->size - m, m, &buffer, &room, &tail);
        if (!st) what = in_zip(tail, m, &advice);
    }
    bmi_release(s->context, buffer, room, 1);
    return st || !what ? st : bmi_fail(e, BM_E_FORMAT, here, "%s is %s; %s", s->name, what, advice);
}
