#include "data/document_ids.h"

#include <cstring>
#include <random>

#include "tests/data/test_files.h"

namespace temblor {
namespace {

constexpr const char* kUuid = "550e8400-e29b-41d4-a716-446655440000";

/// Through serialize() and from_bytes(), as a segment does.
DocumentIds reopened_ids(const DocumentIds& ids) {
    auto bytes = std::make_shared<std::vector<std::byte>>(ids.serialize());
    auto again = DocumentIds::from_bytes(bytes, ids.kind(), ids.count(), *bytes);
    EXPECT_TRUE(again.is_ok()) << again.status().to_string();
    return std::move(again).value();
}

TEST(DocumentId, ParsingKeepsTheText) {
    EXPECT_EQ(parse_document_id("17"), DocumentId(uint64_t{17}));
    EXPECT_EQ(parse_document_id("0"), DocumentId(uint64_t{0}));
    EXPECT_EQ(parse_document_id("18446744073709551615"), DocumentId(UINT64_MAX));
    EXPECT_TRUE(std::holds_alternative<Uuid>(parse_document_id(kUuid)));
    for (const char* text :
         {"", "007", "+1", "-1", " 1", "1 ", "18446744073709551616", "1e3", "MED-10", "00",
          "550E8400-e29b-41d4-a716-446655440000", "550e8400e29b41d4a716446655440000",
          "550e8400-e29b-41d4-a716-44665544000g", "550e8400-e29b-41d4-a716_446655440000"}) {
        EXPECT_TRUE(std::holds_alternative<std::string>(parse_document_id(text))) << text;
    }
    for (const char* text : {"17", kUuid, "007", "", "any thing"}) {
        EXPECT_EQ(to_string(parse_document_id(text)), text);
    }
}

TEST(DocumentIds, TheNarrowestKindThatFitsAll) {
    const auto kind = [](const std::vector<std::string>& texts) {
        return DocumentIds::from_strings(texts)->kind();
    };
    EXPECT_EQ(kind({}), IdKind::kRowNumber);
    EXPECT_EQ(kind({"0", "1", "2"}), IdKind::kRowNumber);
    EXPECT_EQ(kind({"1", "2"}), IdKind::kU64);
    EXPECT_EQ(kind({kUuid}), IdKind::kUuid);
    EXPECT_EQ(kind({kUuid, "1"}), IdKind::kString);
    EXPECT_EQ(kind({"1", kUuid}), IdKind::kString);
    EXPECT_EQ(kind({"0", "01"}), IdKind::kString);
}

TEST(DocumentIds, EveryKindSurvivesSerialization) {
    const std::vector<std::vector<std::string>> cases{
        {},
        {"0", "1", "2"},
        {"7", "18446744073709551615", "0"},
        {kUuid, "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff"},
        {"MED-10", "", "17", kUuid, "\xC3\xA9t\xC3\xA9", std::string("a\0b", 3)}};
    for (const auto& texts : cases) {
        auto ids = DocumentIds::from_strings(texts);
        ASSERT_TRUE(ids.is_ok()) << ids.status().to_string();
        const DocumentIds again = reopened_ids(*ids);
        ASSERT_EQ(again.count(), texts.size());
        EXPECT_TRUE(again.validate().is_ok());
        for (size_t row = 0; row < texts.size(); ++row) {
            EXPECT_EQ(ids->id_string(row), texts[row]);
            EXPECT_EQ(again.id_string(row), texts[row]);
        }
    }
}

TEST(DocumentIds, RepeatsNameBothRows) {
    EXPECT_ERROR(DocumentIds::from_strings({"a", "b", "c", "b", "a"}), StatusCode::kInvalidArgument,
                 "row 3: id \"b\" repeats that of row 1");
    EXPECT_ERROR(DocumentIds::from_strings({"5", "6", "5"}), StatusCode::kInvalidArgument,
                 "row 2: id \"5\" repeats that of row 0");
    std::vector<std::string> many(100000);
    for (size_t row = 0; row < many.size(); ++row) many[row] = "document " + std::to_string(row);
    EXPECT_TRUE(DocumentIds::from_strings(many).is_ok());
    many.emplace_back("document 77");
    EXPECT_ERROR(DocumentIds::from_strings(many), StatusCode::kInvalidArgument,
                 "row 100000: id \"document 77\" repeats that of row 77");
}

TEST(DocumentIds, SizesThatDoNotFitAreCorruption) {
    const std::vector<std::byte> bytes(64);
    const auto open = [&](IdKind kind, uint64_t count, size_t size) {
        return DocumentIds::from_bytes(nullptr, kind, count, std::span(bytes).first(size));
    };
    EXPECT_ERROR(open(IdKind::kRowNumber, 8, 8), StatusCode::kCorruption, "ids: 8 bytes");
    EXPECT_ERROR(open(IdKind::kU64, 2, 17), StatusCode::kCorruption, "17 bytes do not hold 2");
    EXPECT_ERROR(open(IdKind::kU64, uint64_t{1} << 61, 0), StatusCode::kCorruption, "ids");
    EXPECT_ERROR(open(IdKind::kUuid, uint64_t{1} << 60, 0), StatusCode::kCorruption, "ids");
    EXPECT_ERROR(open(IdKind::kUuid, 2, 31), StatusCode::kCorruption, "ids");
    EXPECT_ERROR(open(IdKind::kString, UINT64_MAX, 64), StatusCode::kCorruption, "ids");
    EXPECT_ERROR(open(IdKind::kString, 8, 64), StatusCode::kCorruption, "ids");
    EXPECT_ERROR(open(IdKind::kString, 0, 0), StatusCode::kCorruption, "ids");
    EXPECT_ERROR(open(static_cast<IdKind>(9), 0, 0), StatusCode::kCorruption, "kind 9");
}

TEST(DocumentIds, HostileOffsetsAreCaughtAndNeverRead) {
    std::mt19937_64 random(3);
    const auto ids = DocumentIds::from_strings({"one", "two", "three", "four"});
    const std::vector<std::byte> good = ids->serialize();
    for (int round = 0; round < 2000; ++round) {
        // Exactly as long as the bytes, so that a sanitizer sees any step past them.
        auto bytes = std::make_shared<std::vector<std::byte>>(good);
        for (size_t hits = 1 + random() % 3; hits > 0; --hits) {
            (*bytes)[random() % bytes->size()] = static_cast<std::byte>(random());
        }
        const auto opened = DocumentIds::from_bytes(bytes, IdKind::kString, 4, *bytes);
        if (!opened.is_ok()) continue;
        size_t characters = 0;
        for (uint64_t row = 0; row < 4; ++row) characters += opened->id_string(row).size();
        if (opened->validate().is_ok()) {
            EXPECT_EQ(characters, std::strlen("onetwothreefour"));
        }
    }
    auto backwards = std::make_shared<std::vector<std::byte>>(good);
    (*backwards)[8] = std::byte{9};
    const auto opened = DocumentIds::from_bytes(backwards, IdKind::kString, 4, *backwards);
    ASSERT_TRUE(opened.is_ok());
    EXPECT_ERROR(opened->validate(), StatusCode::kCorruption, "ids: row 2", "backwards");
}

}  // namespace
}  // namespace temblor
