#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>
#include <simdjson.h>

#include "tests/text/temporary_file.h"

// scripts/catalogue, which feeds scripts/demo, must make JSON of whatever the records hold.

namespace temblor {
namespace {

std::vector<std::string> catalogue(std::string_view records) {
    const test::TemporaryFile file(records);
    const std::string command = TEMBLOR_ROOT "/scripts/catalogue < '" + file.path() + "'";
    FILE* pipe = popen(command.c_str(), "r");
    EXPECT_NE(pipe, nullptr);
    if (pipe == nullptr) return {};
    std::string output;
    for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) output += static_cast<char>(c);
    EXPECT_EQ(pclose(pipe), 0);
    std::vector<std::string> lines;
    for (size_t begin = 0; begin < output.size();) {
        const size_t end = output.find('\n', begin);
        lines.push_back(output.substr(begin, end - begin));
        begin = end == std::string::npos ? output.size() : end + 1;
    }
    return lines;
}

std::string field(const std::string& line, std::string_view name) {
    simdjson::dom::parser parser;
    simdjson::dom::element object;
    EXPECT_EQ(parser.parse(line).get(object), simdjson::SUCCESS) << line;
    std::string_view text;
    EXPECT_EQ(object[name].get(text), simdjson::SUCCESS) << name << " in " << line;
    return std::string(text);
}

TEST(Catalogue, TextAndPayloadOfARecord) {
    const auto lines = catalogue(
        "Package: gimp\nVersion: 2.10\nMaintainer: x\nSize: 4911480\nSection: graphics\n"
        "Description: image editor\n with layers\n .\n and more\nTag: use::editing,\n "
        "x11::app\n\n");
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_EQ(field(lines[0], "id"), "gimp");
    EXPECT_EQ(field(lines[0], "text"),
              "image editor\nwith layers\n\nand more\ngimp\nuse::editing,\nx11::app\ngraphics");
    EXPECT_EQ(field(lines[0], "version"), "2.10");
    EXPECT_NE(lines[0].find("\"size\":4911480"), std::string::npos);
    EXPECT_EQ(lines[0].find("Maintainer"), std::string::npos);
}

TEST(Catalogue, AwkwardBytesAreEscapedOrDropped) {
    constexpr std::string_view kRecords =
        "Package: we\"ird\\p\nSize: 012\nDescription: a\x01\tb \xFF\xC3( \"q\" \\n & \\& "
        "caf\xC3\xA9\r\n\0more";
    const auto lines = catalogue(std::string_view(kRecords.data(), kRecords.size()));
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_EQ(field(lines[0], "id"), "we\"ird\\p");
    EXPECT_TRUE(field(lines[0], "text").starts_with("a\x01\tb ( \"q\" \\n & \\& caf\xC3\xA9\r\n"))
        << lines[0];
    EXPECT_EQ(lines[0].find("\"size\""), std::string::npos);
}

TEST(Catalogue, TheFirstRecordOfANameWins) {
    const auto lines = catalogue(
        "Package: a\nVersion: 2\n\n\nPackage: a\nVersion: 1\n\nVersion: 3\n\nPackage: b\nVersion: "
        "4");
    ASSERT_EQ(lines.size(), 2U);
    EXPECT_EQ(field(lines[0], "version"), "2");
    EXPECT_EQ(field(lines[1], "id"), "b");
    EXPECT_TRUE(catalogue("").empty());
}

}  // namespace
}  // namespace temblor
