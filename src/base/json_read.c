// SPDX-License-Identifier: Apache-2.0
/* Reading JSON (RFC 8259, strictly) into jansson's values. jansson's own reader is not used, because when its buffer cannot grow it
 * (2.14) goes on and writes behind the buffer; here a failed allocation is BM_E_MEMORY and nothing else.
 */
#include "base/json.h"
#include <string.h>

enum { DEEPEST = 200 };

typedef struct reader {
    const char *begin, *at, *end;
    bmi_text text;     /* of the last string */
    const char *wrong; /* the first thing that is, at `at` */
    bool no_memory;
} reader;

static json_t *read_value(reader *r, int depth);

static bool wrong(reader *r, const char *what)
{
    if (!r->wrong) r->wrong = what;
    return false;
}

/* A new value, or null noted as a lack of memory. */
static json_t *made(reader *r, json_t *value)
{
    if (!value) r->no_memory = true;
    return value;
}

static bool failed(const reader *r)
{
    return r->wrong || r->no_memory;
}

static void skip_blanks(reader *r)
{
    while (r->at < r->end && (*r->at == ' ' || *r->at == '\n' || *r->at == '\r' || *r->at == '\t')) r->at++;
}

static bool next_is(reader *r, char c)
{
    skip_blanks(r);
    if (r->at == r->end || *r->at != c) return false;
    r->at++;
    return true;
}

static bool is_digit(const reader *r)
{
    return r->at < r->end && *r->at >= '0' && *r->at <= '9';
}

/* ---- strings ---- */
static int read_hex(reader *r)
{
    int code = 0;
    for (int i = 0; i < 4; i++, r->at++) {
        const char c = r->at < r->end ? *r->at : 0;
        const int d = c >= '0' && c <= '9'   ? c - '0'
                      : c >= 'a' && c <= 'f' ? c - 'a' + 10
                      : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                             : -1;
        if (d < 0) return wrong(r, "\\u wants four hexadecimal digits"), -1;
        code = code * 16 + d;
    }
    return code;
}

static void add_code(reader *r, int code)
{
    char bytes[4];
    int n = 0;
    if (code < 0x80) bytes[n++] = (char)code;
    else {
        const int more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
        bytes[n++] = (char)((more == 1 ? 0xc0 : more == 2 ? 0xe0 : 0xf0) | code >> 6 * more);
        for (int i = more - 1; i >= 0; i--) bytes[n++] = (char)(0x80 | (code >> 6 * i & 0x3f));
    }
    bmi_text_bytes(&r->text, bytes, (size_t)n);
}

static bool read_unicode(reader *r)
{
    int code = read_hex(r);
    if (code < 0) return false;
    if (code >= 0xd800 && code < 0xdc00) { /* the first half of a pair */
        if (r->end - r->at < 2 || r->at[0] != '\\' || r->at[1] != 'u') return wrong(r, "half of a surrogate pair");
        r->at += 2;
        const int low = read_hex(r);
        if (low < 0) return false;
        if (low < 0xdc00 || low > 0xdfff) return wrong(r, "half of a surrogate pair");
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    } else if (code >= 0xdc00 && code < 0xe000) return wrong(r, "half of a surrogate pair");
    if (!code) return wrong(r, "\\u0000 is not allowed");
    add_code(r, code);
    return true;
}

static bool read_escape(reader *r)
{
    static const char letters[] = "\"\\/bfnrt", codes[] = "\"\\/\b\f\n\r\t";
    const char *letter = r->at < r->end && *r->at ? strchr(letters, *r->at) : NULL;
    if (r->at < r->end && *r->at == 'u') {
        r->at++;
        return read_unicode(r);
    }
    if (!letter) return wrong(r, "an escape that is none");
    bmi_text_bytes(&r->text, &codes[letter - letters], 1);
    r->at++;
    return true;
}

/* The string whose opening quote was read, into r->text. */
static bool read_string(reader *r)
{
    r->text.length = 0;
    bmi_text_bytes(&r->text, "", 0);
    for (;;) {
        const char *from = r->at;
        while (r->at < r->end && *r->at != '"' && *r->at != '\\' && (unsigned char)*r->at >= ' ') r->at++;
        if (!bmi_is_utf8(from, (size_t)(r->at - from))) return wrong(r, "a text that is not UTF-8");
        bmi_text_bytes(&r->text, from, (size_t)(r->at - from));
        if (r->text.failed) return r->no_memory = true, false;
        if (r->at == r->end) return wrong(r, "a text without its closing quote");
        if (*r->at == '"') return r->at++, true;
        if (*r->at != '\\') return wrong(r, "a control character in a text");
        r->at++;
        if (!read_escape(r)) return false;
    }
}

/* ---- numbers and words ---- */
static bool skip_digits(reader *r)
{
    if (!is_digit(r)) return wrong(r, "a digit is missing");
    while (is_digit(r)) r->at++;
    return true;
}

static json_t *read_number(reader *r)
{
    const char *from = r->at;
    bool real = false, overflow = false;
    int64_t integer;
    double value;
    if (*r->at == '-') r->at++;
    if (r->at < r->end && *r->at == '0') r->at++;
    else if (!skip_digits(r)) return NULL;
    if (is_digit(r)) return wrong(r, "a number that starts with 0"), NULL;
    if (r->at < r->end && *r->at == '.') {
        real = true;
        r->at++;
        if (!skip_digits(r)) return NULL;
    }
    if (r->at < r->end && (*r->at == 'e' || *r->at == 'E')) {
        real = true;
        r->at++;
        if (r->at < r->end && (*r->at == '+' || *r->at == '-')) r->at++;
        if (!skip_digits(r)) return NULL;
    }
    const size_t n = (size_t)(r->at - from);
    if (!real)
        return bmi_read_int(from, n, &integer) ? made(r, json_integer(integer))
                                               : (wrong(r, "an integer that is too large"), NULL);
    if (!bmi_read_real(from, n, &value, &overflow) || overflow) return wrong(r, "a number that is too large"), NULL;
    return made(r, json_real(value));
}

static json_t *read_word(reader *r)
{
    static const char *const words[] = { "true", "false", "null" };
    for (int i = 0; i < 3; i++) {
        const size_t n = strlen(words[i]);
        if ((size_t)(r->end - r->at) < n || memcmp(r->at, words[i], n)) continue;
        r->at += n;
        return i == 0 ? json_true() : i == 1 ? json_false() : json_null();
    }
    return wrong(r, r->at == r->end ? "it ends too early" : "a value is expected"), NULL;
}

/* ---- lists and objects ---- */
static json_t *read_list(reader *r, int depth)
{
    json_t *list = made(r, json_array());
    if (!list || next_is(r, ']')) return list;
    do {
        json_t *value = read_value(r, depth);
        if (value && json_array_append_new(list, value)) r->no_memory = true;
    } while (!failed(r) && next_is(r, ','));
    if (!failed(r) && !next_is(r, ']')) wrong(r, "\",\" or \"]\" is expected");
    return list;
}

/* A member gets its name first, with null, so that the name need not be kept while its value is read. */
static void read_member(reader *r, json_t *object, int depth)
{
    if (!next_is(r, '"')) {
        wrong(r, "the name of a member is expected");
        return;
    }
    if (!read_string(r)) return;
    if (json_object_get(object, r->text.at)) wrong(r, "a member that is there twice");
    else if (!next_is(r, ':')) wrong(r, "\":\" is expected");
    else if (json_object_set_new(object, r->text.at, json_null())) r->no_memory = true;
    if (failed(r)) return;
    void *member = json_object_iter_at(object, r->text.at);
    json_t *value = read_value(r, depth);
    if (value && json_object_iter_set_new(object, member, value)) r->no_memory = true;
}

static json_t *read_object(reader *r, int depth)
{
    json_t *object = made(r, json_object());
    if (!object || next_is(r, '}')) return object;
    do read_member(r, object, depth);
    while (!failed(r) && next_is(r, ','));
    if (!failed(r) && !next_is(r, '}')) wrong(r, "\",\" or \"}\" is expected");
    return object;
}

static json_t *read_value(reader *r, int depth)
{
    if (depth == DEEPEST) return wrong(r, "nested too deeply"), NULL;
    if (next_is(r, '{')) return read_object(r, depth + 1);
    if (next_is(r, '[')) return read_list(r, depth + 1);
    if (next_is(r, '"')) return read_string(r) ? made(r, json_stringn_nocheck(r->text.at, r->text.length)) : NULL;
    return is_digit(r) || (r->at < r->end && *r->at == '-') ? read_number(r) : read_word(r);
}

json_t *bmi_json_read(bmi_error *e, bm_place here, bm_context *context, const char *what, const char *text, size_t n)
{
    reader r = { .begin = text, .at = text, .end = text + n, .text = { .context = context } };
    json_t *value = read_value(&r, 0);
    skip_blanks(&r);
    if (!failed(&r) && r.at < r.end) wrong(&r, "there is more behind its end");
    bmi_text_end(&r.text);
    if (!failed(&r)) return value;
    json_decref(value);
    int line = 1;
    const char *start = text;
    for (const char *p = text; p < r.at; p++)
        if (*p == '\n') {
            line++;
            start = p + 1;
        }
    if (r.no_memory) bmi_fail_memory(e, here, n, what);
    else bmi_fail(e, BM_E_FORMAT, here, "%s is no JSON: line %d, column %d: %s", what, line, (int)(r.at - start) + 1, r.wrong);
    return NULL;
}
