#include "server/json_writer.h"

#include <cmath>
#include <cstring>
#include <limits>

#include <gtest/gtest.h>
#include <simdjson.h>

#include "data/splitmix.h"

namespace temblor::testing {
namespace {

constexpr uint64_t kJsonSeed = 3;

/// `json` as simdjson reads it.
std::string text_of(const std::string& json) {
    simdjson::dom::parser parser;
    std::string_view text;
    EXPECT_EQ(parser.parse(json).get_string().get(text), simdjson::SUCCESS) << json;
    return std::string(text);
}

std::string written(std::string_view text) {
    std::string out;
    append_json_string(out, text);
    return out;
}

TEST(JsonWriterTest, CommasAndBrackets) {
    JsonWriter json;
    json.begin_object().member("a", uint64_t{1}).key("b").begin_array();
    json.begin_object().end_object().begin_array().end_array().null().boolean(true);
    json.integer(-5).string("x").raw("{\"r\":1}").end_array();
    json.member("c", false).member("d", "e").member("f", 0.5).end_object();
    EXPECT_EQ(json.text(),
              R"({"a":1,"b":[{},[],null,true,-5,"x",{"r":1}],"c":false,"d":"e","f":0.5})");
}

TEST(JsonWriterTest, EveryCharacterComesBack) {
    std::string all;
    for (char c = 0; c < 127; ++c) all += c;
    all += "\x7F\"\\/äß東🎉";
    EXPECT_EQ(text_of(written(all)), all);
    EXPECT_EQ(written("\"\\\n\r\t\x01"), R"("\"\\\n\r\t\u0001")");
    EXPECT_EQ(written(""), "\"\"");
}

TEST(JsonWriterTest, WhatIsNoUtf8BecomesTheReplacement) {
    const std::string bad = "\xEF\xBF\xBD";
    EXPECT_EQ(text_of(written("a\xFFz")), "a" + bad + "z");
    EXPECT_EQ(text_of(written("\xC3")), bad);
    EXPECT_EQ(text_of(written("\xC3\xA4\xC3")), "ä" + bad);
    EXPECT_EQ(text_of(written("\x80\x80")), bad + bad);
    EXPECT_EQ(text_of(written("\"\xFF\"")), "\"" + bad + "\"");
    EXPECT_EQ(text_of(written("\xF0\x9F\x8E")).substr(0, 3), bad);
}

TEST(JsonWriterTest, AnyBytesGiveValidJson) {
    SplitMix random(kJsonSeed);
    for (int round = 0; round < 3000; ++round) {
        std::string bytes;
        for (uint64_t i = random.below(20); i > 0; --i) {
            bytes += random.below(3) == 0 ? "ä" : "";
            bytes += static_cast<char>(random.below(256));
        }
        const std::string text = text_of(written(bytes));
        if (simdjson::validate_utf8(bytes)) {
            EXPECT_EQ(text, bytes);
        }
    }
}

TEST(JsonWriterTest, NumbersReadBackAsTheyWere) {
    SplitMix random(kJsonSeed);
    simdjson::dom::parser parser;
    for (int round = 0; round < 20'000; ++round) {
        const uint64_t bits = random.next();
        float single = 0;
        double wide = 0;
        std::memcpy(&single, &bits, sizeof single);
        std::memcpy(&wide, &bits, sizeof wide);
        JsonWriter json;
        json.begin_array().number(single).number(wide).number(bits);
        json.integer(static_cast<int64_t>(bits)).end_array();
        simdjson::dom::array read;
        ASSERT_EQ(parser.parse(json.text()).get_array().get(read), simdjson::SUCCESS)
            << json.text() << " seed " << kJsonSeed;
        if (std::isfinite(single)) {
            EXPECT_EQ(static_cast<float>(double(read.at(0))), single) << json.text();
        } else {
            EXPECT_TRUE(read.at(0).is_null());
        }
        if (std::isfinite(wide)) {
            EXPECT_EQ(double(read.at(1)), wide) << json.text();
        } else {
            EXPECT_TRUE(read.at(1).is_null());
        }
        EXPECT_EQ(uint64_t(read.at(2)), bits);
        EXPECT_EQ(int64_t(read.at(3)), static_cast<int64_t>(bits));
    }
}

}  // namespace
}  // namespace temblor::testing
