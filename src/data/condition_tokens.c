// SPDX-License-Identifier: Apache-2.0
/* Names, numbers, texts and signs of conditions. */
#include "data/condition_tokens.h"
#include "base/context.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void bmi_condition_wrong(bmi_reader *r, const char *at, const char *format, ...)
{
    char what[300];
    va_list list;
    va_start(list, format);
    vsnprintf(what, sizeof what, format, list);
    va_end(list);
    if (!r->e->status)
        bmi_fail(r->e, BM_E_ARGUMENT, r->here, "condition, place %zu: %s: %.40s%.80s", (size_t)(at - r->all) + 1, what,
                 *at ? "here: " : "at the end", at);
}

void bmi_condition_expected(bmi_reader *r, const char *what)
{
    if (r->token == BMI_TOKEN_BAD && *r->at == '\'') bmi_condition_wrong(r, r->at, "a text without its closing '");
    else if (r->token == BMI_TOKEN_BAD && *r->at == '"') bmi_condition_wrong(r, r->at, "a name without its closing \"");
    else if (r->token == BMI_TOKEN_END) bmi_condition_wrong(r, r->at, "%s is missing", what);
    else bmi_condition_wrong(r, r->at, "%s is expected", what);
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c & 0x80);
}
static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static size_t number_length(const char *at)
{
    size_t n = strspn(at, "0123456789.");
    if ((at[n] | 32) == 'e') {
        const size_t sign = n + 1 + (at[n + 1] == '+' || at[n + 1] == '-');
        if (is_digit(at[sign])) n = sign + strspn(at + sign, "0123456789");
    }
    return n;
}

/* The length of what stands in quotes, two of which are one of it; 0: it does not end. */
static size_t quoted_length(const char *at)
{
    const char quote = *at;
    for (size_t n = 1; at[n]; n++) {
        if (at[n] != quote) continue;
        if (at[n + 1] != quote) return n + 1;
        n++;
    }
    return 0;
}

void bmi_token_next(bmi_reader *r)
{
    const char *at = r->at + r->length;
    at += strspn(at, " \t\r\n");
    r->at = at;
    r->quoted = *at == '"';
    if (!*at) r->token = BMI_TOKEN_END, r->length = 0;
    else if (*at == '\'' || *at == '"') {
        r->length = quoted_length(at);
        r->token = !r->length ? BMI_TOKEN_BAD : *at == '"' ? BMI_TOKEN_NAME : BMI_TOKEN_TEXT;
    } else if (is_digit(*at) || (*at == '.' && is_digit(at[1]))) r->token = BMI_TOKEN_NUMBER, r->length = number_length(at);
    else if (is_letter(*at)) {
        r->token = BMI_TOKEN_NAME;
        for (r->length = 1; is_letter(at[r->length]) || is_digit(at[r->length]) || at[r->length] == '.';) r->length++;
    } else {
        static const char *const two[] = { "==", "!=", "<>", "<=", ">=" };
        r->token = strchr("=<>+-*/%(),", *at) || !strncmp(at, "!=", 2) ? BMI_TOKEN_SIGN : BMI_TOKEN_BAD;
        r->length = 1;
        for (size_t i = 0; i < BMI_COUNT(two); i++)
            if (!strncmp(at, two[i], 2)) r->length = 2;
    }
}

bool bmi_token_is_sign(const bmi_reader *r, const char *sign)
{
    return r->token == BMI_TOKEN_SIGN && r->length == strlen(sign) && !memcmp(r->at, sign, r->length);
}

static bool same_word(const char *at, size_t n, const char *word)
{
    for (size_t i = 0; i < n; i++)
        if ((at[i] >= 'A' && at[i] <= 'Z' ? at[i] + 32 : at[i]) != word[i]) return false;
    return !word[n];
}

bool bmi_token_is_word(const bmi_reader *r, const char *word)
{
    return r->token == BMI_TOKEN_NAME && !r->quoted && strlen(word) == r->length && same_word(r->at, r->length, word);
}

bool bmi_token_take_word(bmi_reader *r, const char *word)
{
    const bool there = bmi_token_is_word(r, word);
    if (there) bmi_token_next(r);
    return there;
}

const char *bmi_token_content(bmi_reader *r, size_t *n)
{
    char *to = r->names + r->used, *end = to;
    const bool quotes = *r->at == '\'' || *r->at == '"';
    for (size_t i = quotes; i < r->length - quotes; i++) {
        *end++ = r->at[i];
        if (quotes && r->at[i] == *r->at) i++;
    }
    *end = 0;
    *n = (size_t)(end - to);
    r->used += *n + 1;
    return to;
}
