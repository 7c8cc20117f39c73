#include "tests/compress/model_fixture.h"

#include <cmath>

#include <gtest/gtest.h>
#include <simdjson.h>

namespace temblor::testing {
namespace {

simdjson::dom::element load(simdjson::dom::parser& parser, const std::string& path) {
    simdjson::dom::element root;
    const auto error = parser.load(path).get(root);
    EXPECT_EQ(error, simdjson::SUCCESS) << path;
    return root;
}

void flatten(simdjson::dom::element element, std::vector<float>& out) {
    if (element.is_array()) {
        for (const simdjson::dom::element inner : element.get_array()) flatten(inner, out);
    } else {
        out.push_back(static_cast<float>(double(element.get_double())));
    }
}

template <typename Number>
std::vector<Number> numbers(simdjson::dom::element element) {
    std::vector<Number> out;
    for (const simdjson::dom::element one : element.get_array()) {
        out.push_back(static_cast<Number>(uint64_t(one.get_uint64())));
    }
    return out;
}

}  // namespace

ModelFixture ModelFixture::read(const std::string& name) {
    ModelFixture fixture;
    fixture.folder = std::string(TEMBLOR_ROOT) + "/tests/fixtures/models/" + name;
    simdjson::dom::parser parser;
    const simdjson::dom::element root = load(parser, fixture.folder + "/fixture.json");
    for (const simdjson::dom::element text : root["texts"].get_array()) {
        fixture.texts.push_back({numbers<uint32_t>(text), {}});
    }
    simdjson::dom::array types;
    if (root["types"].get(types) == simdjson::SUCCESS) {
        size_t i = 0;
        for (const simdjson::dom::element each : types) {
            fixture.texts[i++].types = numbers<uint8_t>(each);
        }
    }
    simdjson::dom::array outputs;
    if (root["logits"].get(outputs) != simdjson::SUCCESS) outputs = root["hidden"].get_array();
    for (const simdjson::dom::element output : outputs) {
        flatten(output, fixture.outputs.emplace_back());
    }
    return fixture;
}

GoldenTexts GoldenTexts::read(const std::string& folder, size_t most) {
    GoldenTexts golden;
    simdjson::dom::parser parser;
    const simdjson::dom::element root = load(parser, folder + "/golden.json");
    for (const simdjson::dom::element item : root["items"].get_array()) {
        if (golden.texts.size() == most) break;
        golden.texts.emplace_back(std::string_view(item["text"].get_string()));
        golden.tokens.push_back({numbers<uint32_t>(item["ids"]), {}});
        simdjson::dom::element values;
        if (item["embedding"].get(values) != simdjson::SUCCESS) {
            values = item["values"];
            golden.indices.push_back(numbers<uint32_t>(item["indices"]));
        }
        flatten(values, golden.values.emplace_back());
    }
    return golden;
}

void expect_close(const std::vector<float>& found, const std::vector<float>& expected,
                  float tolerance) {
    ASSERT_EQ(found.size(), expected.size());
    for (size_t i = 0; i < found.size(); ++i) {
        ASSERT_NEAR(found[i], expected[i], tolerance) << "at " << i;
    }
}

}  // namespace temblor::testing
