#include "index/collection/point_codec.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "data/splitmix.h"
#include "index/collection/manifest.h"
#include "index/collection/payload_edit.h"
#include "tests/collection/collection_model.h"
#include "tests/collection/random_points.h"
#include "tests/data/test_files.h"

namespace temblor::testing {
namespace {

TEST(PointCodec, IdsSortAsTheyAreScrolled) {
    const std::vector<DocumentId> in_order{
        uint64_t{0},
        uint64_t{1},
        uint64_t{255},
        uint64_t{256},
        UINT64_MAX,
        parse_document_id("00000000-0000-4000-8000-000000000000"),
        parse_document_id("ffffffff-0000-4000-8000-000000000000"),
        std::string("a"),
        std::string("a\0", 2),
        std::string("b")};
    for (size_t i = 0; i < in_order.size(); ++i) {
        EXPECT_EQ(decode_id(encode_id(in_order[i])).value(), in_order[i]);
        if (i > 0) {
            EXPECT_LT(encode_id(in_order[i - 1]), encode_id(in_order[i])) << i;
        }
    }
    EXPECT_ERROR(decode_id(""), StatusCode::kCorruption, "id");
    EXPECT_ERROR(decode_id("\x01short"), StatusCode::kCorruption, "id");
    EXPECT_ERROR(decode_ordinal("1234567"), StatusCode::kCorruption, "ordinal");
}

bool same(const std::vector<NamedVector>& a, const std::vector<NamedVector>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
        if (x.name != y.name || x.value.index() != y.value.index()) return false;
        if (const auto* s = std::get_if<SparseVector>(&x.value)) {
            const auto& t = std::get<SparseVector>(y.value);
            return s->components == t.components && s->values == t.values;
        }
        return std::get<DenseVector>(x.value) == std::get<DenseVector>(y.value);
    });
}

TEST(PointCodec, PointsComeBackAndDamageIsAnError) {
    SplitMix random(11);
    for (int round = 0; round < 300; ++round) {
        const Point point = random_point(random);
        const std::string vectors = encode_vectors(point.vectors);
        ASSERT_TRUE(same(decode_vectors(vectors).value(), point.vectors));
        const std::string stored = encode_point(point.id, R"({"a":1})");
        const StoredPoint back = decode_point(stored).value();
        ASSERT_EQ(back.id, point.id);
        ASSERT_EQ(back.payload, R"({"a":1})");
        // Cut short or changed anywhere: an error or other values, never a fault.
        for (int damage = 0; damage < 20; ++damage) {
            std::string broken = vectors;
            if (damage % 2 == 0) {
                broken.resize(random.below(broken.size() + 1));
                if (broken.size() < vectors.size()) {
                    ASSERT_FALSE(decode_vectors(broken).is_ok());
                }
            } else {
                broken[random.below(broken.size())] ^= static_cast<char>(1 << random.below(8));
                (void)decode_vectors(broken).is_ok();
            }
        }
        (void)decode_point(std::string_view(stored).substr(0, random.below(stored.size())));
    }
}

TEST(Manifest, ComesBackAndRefusesOtherText) {
    Manifest manifest;
    manifest.next_segment = 9;
    manifest.sealed_through = UINT64_MAX;
    manifest.segments = {{1, 0}, {8, 4'000'000'000}};
    EXPECT_EQ(Manifest::from_json(manifest.to_json()).value(), manifest);
    for (const char* text :
         {"", "{}", R"({"next_segment":1,"sealed_through":-1,"segments":[]})",
          R"({"next_segment":1,"sealed_through":1,"segments":[{"number":1,"rows":1}]})"}) {
        EXPECT_ERROR(Manifest::from_json(text), StatusCode::kCorruption, "manifest");
    }
}

TEST(PayloadEdit, MergesAndErasesByPath) {
    EXPECT_EQ(merge_payload("", R"({"a":1})", "").value(), R"({"a":1})");
    EXPECT_EQ(merge_payload(R"({"a":1,"b":[2]})", R"({"a":{"x":null},"c":true})", "").value(),
              R"({"a":{"x":null},"b":[2],"c":true})");
    EXPECT_EQ(merge_payload(R"({"a":{"x":1}})", R"({"y":2})", "a").value(),
              R"({"a":{"x":1,"y":2}})");
    EXPECT_EQ(merge_payload(R"({"a":7})", R"({"y":2})", "a.b").value(), R"({"a":{"b":{"y":2}}})");
    EXPECT_EQ(
        erase_payload_keys(R"({"a":{"x":1,"y":2},"b":3,"c.d":4})", {"a.x", "b", "nope", "c.d"})
            .value(),
        R"({"a":{"y":2}})");
    EXPECT_ERROR(merge_payload("{}", "[1]", ""), StatusCode::kInvalidArgument, "payload");
    EXPECT_ERROR(merge_payload("[1]", "{}", ""), StatusCode::kCorruption, "payload");
    const std::string deep = std::string(100, '[') + std::string(100, ']');
    EXPECT_ERROR(merge_payload("{}", "{\"a\":" + deep + "}", ""), StatusCode::kInvalidArgument,
                 "64 levels");
}

}  // namespace
}  // namespace temblor::testing
