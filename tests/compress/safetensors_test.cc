#include "compress/model/files/safetensors.h"

#include <cstring>
#include <random>

#include <fmt/format.h>

#include "compress/model/files/safetensors_header.h"
#include "tests/compress/model_files.h"

namespace temblor {
namespace {

using testing::expect_error;
using testing::ModelFolderTest;
using testing::safetensors_bytes;
using testing::safetensors_file;

class SafeTensorsTest : public ModelFolderTest {
protected:
    Status open_header(std::string_view header, std::string_view data) const {
        return SafeTensors::open(file("model.safetensors", safetensors_bytes(header, data)))
            .status();
    }
};

TEST_F(SafeTensorsTest, ReadsEveryTensorOfAFile) {
    file("model.safetensors",
         safetensors_file(
             {{"a", {2, 3}, {1, 2, 3, 4, 5, 6}}, {"nothing", {0, 7}, {}}, {"one", {}, {8}}}));
    const auto weights = SafeTensors::open(folder());
    ASSERT_TRUE(weights.is_ok()) << weights.status().to_string();
    EXPECT_EQ(weights->tensors().size(), 3U);
    const StoredTensor* a = weights->find("a");
    ASSERT_NE(a, nullptr);
    EXPECT_EQ(a->shape, (std::vector<int64_t>{2, 3}));
    EXPECT_EQ(a->type, TensorType::kF32);
    float last = 0;
    std::memcpy(&last, a->bytes.data() + 20, sizeof last);
    EXPECT_EQ(last, 6);
    EXPECT_TRUE(weights->find("nothing")->bytes.empty());
    EXPECT_EQ(weights->find("one")->bytes.size(), 4U);
    EXPECT_EQ(weights->find("b"), nullptr);
}

TEST_F(SafeTensorsTest, ReadsShards) {
    file("x-1.safetensors", safetensors_file({{"a", {1}, {1}}, {"unnamed", {1}, {3}}}));
    file("x-2.safetensors", safetensors_file({{"b", {1}, {2}}}));
    file("model.safetensors.index.json",
         R"({"weight_map": {"a": "x-1.safetensors", "b": "x-2.safetensors"}})");
    const auto weights = SafeTensors::open(folder());
    ASSERT_TRUE(weights.is_ok()) << weights.status().to_string();
    EXPECT_EQ(weights->tensors().size(), 2U);
    EXPECT_EQ(weights->find("b")->file, path("x-2.safetensors"));
}

TEST_F(SafeTensorsTest, NamesWhatIsWrongWithShards) {
    const std::string index = "model.safetensors.index.json";
    file("x-1.safetensors", safetensors_file({{"a", {1}, {1}}}));
    file(index, R"({"weight_map": {"a": "x-1.safetensors", "b": "x-2.safetensors"}})");
    expect_error(SafeTensors::open(folder()).status(), StatusCode::kNotFound,
                 {"x-2.safetensors", "\"b\""});
    file(index, R"({"weight_map": {"a": "x-1.safetensors", "b": "x-1.safetensors"}})");
    expect_error(SafeTensors::open(folder()).status(), StatusCode::kCorruption,
                 {"x-1.safetensors", "\"b\""});
    file("x-2.safetensors", safetensors_file({{"a", {1}, {1}}, {"b", {1}, {1}}}));
    file(index, R"({"weight_map": {"a": "x-1.safetensors", "b": "x-2.safetensors"}})");
    expect_error(SafeTensors::open(folder()).status(), StatusCode::kCorruption,
                 {"x-2.safetensors", "\"a\"", "x-1.safetensors"});
    for (const char* shard : {"../x", "a/b", "", "..", "/etc/passwd"}) {
        file(index, fmt::format(R"({{"weight_map": {{"a": "{}"}}}})", shard));
        expect_error(SafeTensors::open(folder()).status(), StatusCode::kCorruption,
                     {index, "\"a\""});
    }
    for (const char* text : {"", "[]", R"({"weight_map": 1})", R"({"weight_map": {}})"}) {
        file(index, text);
        expect_error(SafeTensors::open(folder()).status(), StatusCode::kCorruption, {index});
    }
}

TEST_F(SafeTensorsTest, AFolderWithoutWeightsSaysWhatIsMissing) {
    expect_error(SafeTensors::open(folder()).status(), StatusCode::kNotFound,
                 {folder(), "model.safetensors"});
}

TEST_F(SafeTensorsTest, RefusesHeadersThatLie) {
    struct Lie {
        const char* header;
        const char* message;
    };
    const Lie lies[] = {
        {R"({"t":{"dtype":"F32","shape":[2],"data_offsets":[0,12]}})", "outside"},
        {R"({"t":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}})", "does not take"},
        {R"({"t":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}})", "outside"},
        {R"({"t":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}})", "shape"},
        {R"({"t":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}})", "shape"},
        {R"({"t":{"dtype":"F32","shape":2,"data_offsets":[0,8]}})", "shape"},
        {R"({"t":{"dtype":"F32","shape":[2],"data_offsets":[0]}})", "data_offsets"},
        {R"({"t":{"dtype":"F32","shape":[2],"data_offsets":[0,8,9]}})", "data_offsets"},
        {R"({"t":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}})", "data_offsets"},
        {R"({"t":{"dtype":7,"shape":[2],"data_offsets":[0,8]}})", "dtype"},
        {R"({"t":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"x":1}})", "\"x\""},
        {R"({"t":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8]}})",
         "does not take"},
        {R"({"t":{"dtype":"F32","shape":[4611686018427387906],"data_offsets":[0,8]}})",
         "does not take"},
        {R"({"t":{"dtype":"F32","shape":[9223372036854775807,9223372036854775807,0],)"
         R"("data_offsets":[0,0]}})",
         "does not take"},
        {R"({"t":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,2],"data_offsets":[0,8]}})", "dimensions"},
        {R"({"t":5})", "an object"},
    };
    for (const Lie& lie : lies) {
        expect_error(open_header(lie.header, "12345678"), StatusCode::kCorruption,
                     {"model.safetensors", "\"t\"", lie.message});
    }
    expect_error(
        open_header(R"({"t":{"dtype":"F8_E4M3","shape":[8],"data_offsets":[0,8]}})", "12345678"),
        StatusCode::kUnimplemented, {"model.safetensors", "\"t\"", "F8_E4M3"});
}

TEST_F(SafeTensorsTest, RefusesOverlapsHolesAndRests) {
    const char* pair = R"({{"t":{{"dtype":"U8","shape":[4],"data_offsets":[0,4]}},)"
                       R"("u":{{"dtype":"U8","shape":[4],"data_offsets":[{},{}]}}}})";
    expect_error(open_header(fmt::format(fmt::runtime(pair), 3, 7), "1234567"),
                 StatusCode::kCorruption, {"\"u\"", "overlaps"});
    expect_error(open_header(fmt::format(fmt::runtime(pair), 0, 4), "1234"),
                 StatusCode::kCorruption, {"overlaps"});
    expect_error(open_header(fmt::format(fmt::runtime(pair), 5, 9), "123456789"),
                 StatusCode::kCorruption, {"\"u\"", "1 bytes before"});
    expect_error(open_header(fmt::format(fmt::runtime(pair), 4, 8), "123456789"),
                 StatusCode::kCorruption, {"last 1 bytes"});
    expect_error(open_header(R"({"t":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},)"
                             R"("t":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}})",
                             "12345678"),
                 StatusCode::kCorruption, {"\"t\"", "twice"});
}

TEST_F(SafeTensorsTest, RefusesTruncatedFiles) {
    const std::string whole = safetensors_file({{"a", {2, 2}, {1, 2, 3, 4}}, {"b", {2}, {5, 6}}});
    for (size_t size = 0; size < whole.size(); ++size) {
        const auto bytes = std::as_bytes(std::span(whole.data(), size));
        expect_error(parse_safetensors(bytes, "a.safetensors").status(), StatusCode::kCorruption,
                     {"a.safetensors"});
    }
}

TEST_F(SafeTensorsTest, ChangedBytesNeverLeadOutside) {
    const std::string whole = safetensors_file({{"a", {2, 2}, {1, 2, 3, 4}}, {"b", {2}, {5, 6}}});
    const auto seed = std::random_device{}();
    SCOPED_TRACE(fmt::format("seed {}", seed));
    std::mt19937 draw(seed);
    for (int round = 0; round < 5000; ++round) {
        std::string bytes = whole;
        for (int i = 0; i < 3; ++i) bytes[draw() % bytes.size()] = static_cast<char>(draw() % 128);
        const auto tensors =
            parse_safetensors(std::as_bytes(std::span(bytes.data(), bytes.size())), "x");
        if (!tensors.is_ok()) continue;
        for (const StoredTensor& tensor : *tensors) {
            const auto* begin = reinterpret_cast<const char*>(tensor.bytes.data());
            ASSERT_GE(begin, bytes.data());
            ASSERT_LE(begin + tensor.bytes.size(), bytes.data() + bytes.size());
        }
    }
}

}  // namespace
}  // namespace temblor
