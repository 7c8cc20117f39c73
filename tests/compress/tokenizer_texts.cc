#include "tests/compress/tokenizer_texts.h"

#include <array>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>

#include <gtest/gtest.h>
#include <unistd.h>

namespace temblor::test {

std::string fixtures_folder() { return TEMBLOR_ROOT "/tests/fixtures/tokenizers"; }

const std::vector<std::string>& fixture_names() {
    static const std::vector<std::string> names = {
        "affixes", "bert-cased",       "gemma",       "llama2",
        "llama3",  "mistral",          "o200k",       "phi3",
        "qwen2",   "roberta",          "split-next",  "split-previous",
        "t5",      "split-contiguous", "xlm-roberta", "split-removed"};
    return names;
}

std::string tokenizer_data_folder() {
    const char* named = std::getenv("TEMBLOR_DATA");
    return named != nullptr ? named : TEMBLOR_ROOT "/../shared/data";
}

std::unique_ptr<const Tokenizer> open_tokenizer(const std::string& path) {
    auto opened = Tokenizer::open(path);
    EXPECT_TRUE(opened.is_ok()) << opened.status().to_string();
    return opened.is_ok() ? std::move(opened).value() : nullptr;
}

std::vector<std::string> awkward_texts(uint64_t seed, size_t count) {
    static const std::array<std::string, 22> kParts = {"word",
                                                       " ",
                                                       "  ",
                                                       "\n",
                                                       "\u00E9",
                                                       "e\u0301",
                                                       "\u0316\u0301",
                                                       "\u200D",
                                                       "\U0001F468\u200D",
                                                       "\u4F60\u597D",
                                                       "\u05E9\u05DC",
                                                       "\u202E",
                                                       std::string(1, '\0'),
                                                       "\x7F",
                                                       "\uFFFD",
                                                       "\u0130",
                                                       "\u3000",
                                                       "'LL",
                                                       "123",
                                                       "\xED\xA0\x80",
                                                       "\xFF",
                                                       "\xE2\x82"};
    std::mt19937_64 random(seed);
    std::vector<std::string> texts;
    for (size_t i = 0; i < count; ++i) {
        std::string text;
        for (size_t n = random() % 14; n > 0; --n) text += kParts[random() % kParts.size()];
        texts.push_back(std::move(text));
    }
    return texts;
}

TokenizerFolder::TokenizerFolder() {
    static std::atomic<int> next{0};
    path_ = std::filesystem::temp_directory_path() /
            ("tokenizer." + std::to_string(getpid()) + "." + std::to_string(next++));
    std::filesystem::create_directories(path_);
}

TokenizerFolder::~TokenizerFolder() {
    std::error_code code;
    std::filesystem::remove_all(path_, code);
}

const TokenizerFolder& TokenizerFolder::put(std::string_view name, std::string_view content) const {
    std::ofstream(path_ + "/" + std::string(name), std::ios::binary) << content;
    return *this;
}

}  // namespace temblor::test
