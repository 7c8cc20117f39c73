// Texts to tokens, for tests/fixtures/compare_tokenizers.py.
//
//   tokenizer_tool TOKENIZER encode|pair|time|decode [--no-special] [--max N] [--plain]
//
// Standard input: texts, each u32 of bytes and the bytes; "pair" takes two at a time. Standard
// output of encode and pair: for each, u32 of tokens, then u32 id, begin, end, type of each.
// "decode" takes ids as u32 in place of text and gives u32 of bytes and the text. "time" gives
// seconds and tokens.

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "compress/model/tokenizer/tokenizer.h"

namespace temblor {
namespace {

std::vector<std::string> read_records() {
    const std::string all{std::istreambuf_iterator<char>(std::cin), {}};
    std::vector<std::string> records;
    for (size_t at = 0; at + 4 <= all.size();) {
        uint32_t length = 0;
        std::memcpy(&length, all.data() + at, sizeof length);
        records.push_back(all.substr(at + 4, length));
        at += 4 + size_t{length};
    }
    return records;
}

void put(std::string& out, size_t number) {
    const auto value = static_cast<uint32_t>(number);
    out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

void put(std::string& out, const Encoding& encoding) {
    put(out, encoding.size());
    for (size_t i = 0; i < encoding.size(); ++i) {
        put(out, encoding.ids[i]);
        put(out, encoding.offsets[i].begin);
        put(out, encoding.offsets[i].end);
        put(out, encoding.type_ids[i]);
    }
}

int fail(const Status& status) {
    std::cerr << status.to_string() << "\n";
    return 1;
}

int run(const std::string& path, std::string_view verb, const EncodeOptions& options) {
    const auto tokenizer = Tokenizer::open(path);
    if (!tokenizer.is_ok()) return fail(tokenizer.status());
    const std::vector<std::string> records = read_records();
    std::string out;
    size_t tokens = 0;
    const auto begin = std::chrono::steady_clock::now();
    for (size_t i = 0; i < records.size(); ++i) {
        if (verb == "decode") {
            std::vector<uint32_t> ids(records[i].size() / 4);
            std::memcpy(ids.data(), records[i].data(), ids.size() * 4);
            const auto text = (*tokenizer)->decode(ids, !options.add_special_tokens);
            if (!text.is_ok()) return fail(text.status());
            put(out, text->size());
            out += *text;
            continue;
        }
        const auto encoding = verb == "pair" && i + 1 < records.size()
                                  ? (*tokenizer)->encode_pair(records[i], records[i + 1], options)
                                  : (*tokenizer)->encode(records[i], options);
        if (!encoding.is_ok()) return fail(encoding.status());
        if (verb == "pair") ++i;
        tokens += encoding->size();
        if (verb != "time") put(out, *encoding);
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    if (verb == "time") {
        std::cout << took.count() << " " << tokens << "\n";
    } else {
        std::cout.write(out.data(), static_cast<std::streamsize>(out.size()));
    }
    return 0;
}

}  // namespace
}  // namespace temblor

int main(int argc, char** argv) {
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    if (arguments.size() < 2) return 2;
    temblor::EncodeOptions options;
    for (size_t i = 2; i < arguments.size(); ++i) {
        if (arguments[i] == "--no-special") options.add_special_tokens = false;
        if (arguments[i] == "--plain") options.special_in_text = false;
        if (arguments[i] == "--max" && i + 1 < arguments.size()) {
            options.max_length = std::strtoull(arguments[i + 1].c_str(), nullptr, 10);
        }
    }
    return temblor::run(arguments[0], arguments[1], options);
}
