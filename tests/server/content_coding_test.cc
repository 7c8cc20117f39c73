#include "server/http/content_coding.h"

#include <cstdint>

#include <gtest/gtest.h>
#include <zlib.h>

#include "data/splitmix.h"
#include "tests/data/test_files.h"

namespace temblor::testing {
namespace {

std::string deflated(const std::string& plain) {
    uLongf size = compressBound(plain.size());
    std::string out(size, '\0');
    EXPECT_EQ(::compress(reinterpret_cast<Bytef*>(out.data()), &size,
                         reinterpret_cast<const Bytef*>(plain.data()), plain.size()),
              Z_OK);
    out.resize(size);
    return out;
}

std::string some_text(uint64_t seed, size_t size) {
    SplitMix random(seed);
    std::string text;
    while (text.size() < size) text += static_cast<char>('a' + random.below(3));
    return text;
}

TEST(ContentCodingTest, DecodesGzipAndDeflate) {
    for (const size_t size : {0, 1, 1000, 65'536, 300'000}) {
        const std::string plain = some_text(size, size);
        for (const char* name : {"gzip", "GZip", "x-gzip"})
            EXPECT_EQ(decode_content(name, compress(plain, "gzip"), 300'000).value(), plain);
        EXPECT_EQ(decode_content("deflate", deflated(plain), 300'000).value(), plain);
        EXPECT_EQ(decode_content("identity", plain, 300'000).value(), plain);
    }
}

TEST(ContentCodingTest, MembersOfAGzipFollowEachOther) {
    const std::string two = compress("one ", "gzip") + compress("two", "gzip");
    EXPECT_EQ(decode_content("gzip", two, 100).value(), "one two");
    EXPECT_ERROR(decode_content("gzip", two, 6), StatusCode::kResourceExhausted, "6 bytes");
}

TEST(ContentCodingTest, AnyLimitCounts) {
    const std::string plain = some_text(1, 1000);
    for (const std::string& coded : {compress(plain, "gzip"), deflated(plain)}) {
        EXPECT_EQ(decode_content("gzip", coded, 1000).value(), plain);
        EXPECT_EQ(decode_content("gzip", coded, UINT64_MAX).value(), plain);
        EXPECT_ERROR(decode_content("gzip", coded, 999), StatusCode::kResourceExhausted, "999");
        EXPECT_ERROR(decode_content("gzip", coded, 0), StatusCode::kResourceExhausted);
    }
}

TEST(ContentCodingTest, WhatIsCutShortIsRefused) {
    const std::string plain = some_text(2, 5000);
    for (const std::string& coded : {compress(plain, "gzip"), deflated(plain)}) {
        for (size_t size = 0; size < coded.size(); size += 1 + size / 20) {
            EXPECT_ERROR(decode_content("gzip", coded.substr(0, size), 10'000),
                         StatusCode::kInvalidArgument, "Content-Encoding");
        }
    }
}

TEST(ContentCodingTest, JunkIsRefused) {
    EXPECT_ERROR(decode_content("gzip", "{\"a\":1}", 100), StatusCode::kInvalidArgument,
                 "not gzip");
    const std::string coded = compress(some_text(3, 500), "gzip");
    EXPECT_ERROR(decode_content("gzip", coded + "junk", 1000), StatusCode::kInvalidArgument);
    EXPECT_ERROR(decode_content("deflate", deflated("a") + "junk", 1000),
                 StatusCode::kInvalidArgument);
    constexpr uint64_t kSeed = 5;
    SplitMix random(kSeed);
    for (int round = 0; round < 300; ++round) {
        std::string bad = coded;
        const size_t at = 10 + random.below(bad.size() - 10);
        bad[at] = static_cast<char>(static_cast<uint64_t>(bad[at]) ^ (1 + random.below(255)));
        EXPECT_FALSE(decode_content("gzip", bad, 1000).is_ok())
            << "seed " << kSeed << " byte " << at;
    }
}

TEST(ContentCodingTest, ABombIsStoppedAtTheLimit) {
    const std::string bomb = compress(std::string(64 << 20, '\0'), "gzip");
    ASSERT_LT(bomb.size(), 100'000U);
    EXPECT_ERROR(decode_content("gzip", bomb, 1 << 20), StatusCode::kResourceExhausted, "1048576");
}

TEST(ContentCodingTest, OtherCodingsAreNamed) {
    EXPECT_ERROR(decode_content("br", "x", 100), StatusCode::kUnimplemented, "'br'");
    EXPECT_ERROR(decode_content("gzip, gzip", "x", 100), StatusCode::kUnimplemented, "gzip, gzip");
}

}  // namespace
}  // namespace temblor::testing
