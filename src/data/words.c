// SPDX-License-Identifier: Apache-2.0
/* Terms of texts. What is a letter and which is its small one is told for Latin, Greek and Cyrillic; other scripts have one case or
 * keep theirs, and all of their characters but common punctuation are letters. */
#include "data/words.h"
#include "base/memory.h"
#include <stdint.h>
#include <string.h>

/* The character at *text, which goes behind it; a byte that begins none stands for itself. */
static uint32_t next_of(const char **text)
{
    const unsigned char *p = (const unsigned char *)*text;
    const int more = p[0] < 0xc2 ? 0 : p[0] < 0xe0 ? 1 : p[0] < 0xf0 ? 2 : p[0] < 0xf5 ? 3 : 0;
    uint32_t c = more ? p[0] & (0x3fu >> more) : p[0];
    for (int i = 1; i <= more; i++) {
        if ((p[i] & 0xc0) != 0x80) return ++*text, p[0];
        c = c << 6 | (p[i] & 0x3f);
    }
    *text += 1 + more;
    return c;
}

static bool is_word(uint32_t c)
{
    static const uint32_t no_letters[][2] = { { 0x80, 0xa9 },     { 0xab, 0xb1 },     { 0xb4, 0xb4 },      { 0xb6, 0xb8 },
                                              { 0xbb, 0xbb },     { 0xbf, 0xbf },     { 0xd7, 0xd7 },      { 0xf7, 0xf7 },
                                              { 0x2c2, 0x2c5 },   { 0x300, 0x36f },   { 0x37e, 0x37e },    { 0x387, 0x387 },
                                              { 0x55a, 0x55f },   { 0x5be, 0x5be },   { 0x60c, 0x60d },    { 0x61b, 0x61f },
                                              { 0x66a, 0x66d },   { 0x964, 0x965 },   { 0x2000, 0x206f },  { 0x207a, 0x207e },
                                              { 0x20a0, 0x20ff }, { 0x2190, 0x245f }, { 0x2500, 0x2bff },  { 0x3000, 0x3004 },
                                              { 0x3008, 0x3020 }, { 0xfe00, 0xfe6f }, { 0xff01, 0xff0f },  { 0xff1a, 0xff20 },
                                              { 0xff3b, 0xff40 }, { 0xff5b, 0xff65 }, { 0x1f000, 0x1faff } };
    if (c < 0x80) return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    for (size_t i = 0; i < sizeof no_letters / sizeof *no_letters; i++)
        if (c >= no_letters[i][0] && c <= no_letters[i][1]) return false;
    return true;
}

static bool is_blank(uint32_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r') || c == 0xa0 || c == 0x3000 || (c >= 0x2000 && c <= 0x200a);
}

/* The small letter of a capital one; both have as many bytes. */
static uint32_t lower(uint32_t c)
{
    if (c < 0x80) return c >= 'A' && c <= 'Z' ? c + 32 : c;
    if ((c >= 0xc0 && c <= 0xde && c != 0xd7) || (c >= 0x391 && c <= 0x3a9) || (c >= 0x410 && c <= 0x42f)) return c + 32;
    if (c >= 0x400 && c <= 0x40f) return c + 80;
    if (c == 0x178) return 0xff;
    if ((c >= 0x100 && c <= 0x12e) || (c >= 0x132 && c <= 0x136) || (c >= 0x14a && c <= 0x176) || (c >= 0x460 && c <= 0x480))
        return c | 1;
    if (((c >= 0x139 && c <= 0x147) || (c >= 0x179 && c <= 0x17d)) && c % 2) return c + 1;
    return c;
}

static size_t write(char *to, const char *from, size_t bytes, uint32_t c)
{
    if (bytes == 1) *to = c < 0x80 ? (char)c : *from;
    else if (bytes == 2) to[0] = (char)(0xc0 | c >> 6), to[1] = (char)(0x80 | (c & 0x3f));
    else memcpy(to, from, bytes);
    return bytes;
}

void bmi_words_lower(char *text)
{
    for (const char *at = text; *at;) {
        const char *from = at;
        const uint32_t c = next_of(&at);
        write(text + (from - text), from, (size_t)(at - from), lower(c));
    }
}

/* Whether a word is one of "the+a". */
static bool is_stopped(const char *stop, const char *word, size_t n)
{
    for (const char *at = stop; at && *at; at += *at == '+') {
        const size_t length = strcspn(at, "+");
        if (length == n && !memcmp(at, word, n)) return true;
        at += length;
    }
    return false;
}

static bool make_room(bmi_units *u, size_t bytes)
{
    if (bytes <= u->room) return true;
    bmi_units_end(u);
    u->at = bmi_alloc_raw(u->context, bytes, 1);
    u->begin = bmi_alloc_raw(u->context, bytes, sizeof *u->begin);
    u->end = bmi_alloc_raw(u->context, bytes, sizeof *u->end);
    u->room = bytes;
    return u->at && u->begin && u->end;
}

void bmi_units_end(bmi_units *u)
{
    bmi_release(u->context, u->at, u->room, 1);
    bmi_release(u->context, u->begin, u->room, sizeof *u->begin);
    bmi_release(u->context, u->end, u->room, sizeof *u->end);
    *u = (bmi_units){ .context = u->context };
}

static void read_characters(bmi_units *u, const char *text, bool keep_case)
{
    size_t used = 0;
    while (*text) {
        const char *from = text;
        uint32_t c = next_of(&text), following;
        const char *behind = text;
        size_t blanks = is_blank(c);
        while (blanks && *behind && is_blank((following = next_of(&behind)))) text = behind, blanks++;
        u->begin[u->n] = used;
        if (blanks > 1) u->at[used++] = ' ';
        else used += write(u->at + used, from, (size_t)(text - from), keep_case ? c : lower(c));
        u->end[u->n++] = used;
    }
}

static void read_words(bmi_units *u, const char *text, bool keep_case, const char *stop)
{
    size_t used = 0;
    while (*text) {
        const char *from = text;
        uint32_t c = next_of(&text);
        size_t letters = 0, begin = used + (u->n > 0), to = begin;
        while (is_word(c)) {
            to += write(u->at + to, from, (size_t)(text - from), keep_case ? c : lower(c));
            letters++;
            from = text;
            if (!*text) break;
            c = next_of(&text);
        }
        if (letters < 2 || is_stopped(stop, u->at + begin, to - begin)) continue;
        if (u->n) u->at[used] = ' ';
        u->begin[u->n] = begin;
        u->end[u->n++] = used = to;
    }
}

bool bmi_units_read(bmi_units *u, const char *text, bool characters, bool keep_case, const char *stop)
{
    u->n = 0;
    if (!make_room(u, strlen(text) + 2)) return false;
    if (characters) read_characters(u, text, keep_case);
    else read_words(u, text, keep_case, stop);
    return true;
}
