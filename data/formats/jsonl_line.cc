#include "data/formats/jsonl_line.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "data/io/line_reader.h"

namespace temblor {
namespace {

namespace dom = simdjson::dom;

static_assert(LineReader::kPadding >= simdjson::SIMDJSON_PADDING);

Status wrong_field(const std::string& field, const std::string& why) {
    return Status::invalid_argument("field " + field + ": " + why);
}

Result<std::string> read_id(const std::string& field, dom::element value) {
    std::string_view text;
    if (value.get_string().get(text) == simdjson::SUCCESS) return std::string(text);
    uint64_t number = 0;
    if (value.get_uint64().get(number) == simdjson::SUCCESS) return std::to_string(number);
    return wrong_field(field, "expected a string or an unsigned 64-bit number");
}

Status read_text(const std::string& field, dom::element value, std::string_view& text) {
    if (value.get_string().get(text) == simdjson::SUCCESS) return Status::ok();
    return wrong_field(field, "expected a string");
}

/// The field's name is made only for a message: this runs for every entry.
template <typename Name>
Status read_weight(const Name& name, dom::element value, ValueRule rule, float& weight) {
    double number = 0;
    if (value.get_double().get(number) != simdjson::SUCCESS) {
        return wrong_field(name(), "expected a number");
    }
    if (std::abs(number) > static_cast<double>(std::numeric_limits<float>::max())) {
        return wrong_field(name(), "does not fit a 32-bit float (would be infinite)");
    }
    weight = static_cast<float>(number);
    if (number < 0 && rule == ValueRule::kNonNegative) {
        return wrong_field(name(), "weight " + std::to_string(number) +
                                       " is negative (a block's summary bounds only scores of "
                                       "values >= 0)");
    }
    return Status::ok();
}

std::string indexed(std::string_view field, size_t index) {
    return std::string(field) + "[" + std::to_string(index) + "]";
}

}  // namespace

/// The members of a line that mean something to us.
struct JsonlLineParser::Fields {
    std::optional<dom::element> underscore_id, id, vector, indices, values, title, text, contents;

    std::optional<dom::element>* slot(std::string_view key) {
        if (key == "_id") return &underscore_id;
        if (key == "id") return &id;
        if (key == "vector") return &vector;
        if (key == "indices") return &indices;
        if (key == "values") return &values;
        if (key == "title") return &title;
        if (key == "text") return &text;
        if (key == "contents") return &contents;
        return nullptr;
    }
};

std::string_view line_shape_name(LineShape shape) {
    switch (shape) {
        case LineShape::kTokens:
            return "vector";
        case LineShape::kIndices:
            return "indices and values";
        case LineShape::kText:
            return "text";
    }
    return "unknown";
}

std::string JsonlLine::full_text() const {
    if (title.empty()) return std::string(text);
    std::string all(title);
    all += ' ';
    all += text;
    return all;
}

Status JsonlLineParser::collect(dom::object object, Fields& fields) {
    in_payload_.clear();
    for (const auto [key, value] : object) {
        std::optional<dom::element>* slot = fields.slot(key);
        const bool is_text =
            slot == &fields.title || slot == &fields.text || slot == &fields.contents;
        in_payload_.push_back(slot == nullptr || is_text);
        if (slot == nullptr) continue;
        if (slot->has_value()) return wrong_field(std::string(key), "given twice");
        *slot = value;
    }
    return Status::ok();
}

Status JsonlLineParser::parse(std::string_view text, JsonlLine& line) {
    line = JsonlLine();
    dom::element root;
    const simdjson::error_code error =
        parser_.parse(text.data(), text.size(), /*realloc_if_needed=*/false).get(root);
    if (error != simdjson::SUCCESS) {
        return Status::invalid_argument(std::string("not a JSON object a line: ") +
                                        simdjson::error_message(error));
    }
    dom::object object;
    if (root.get_object().get(object) != simdjson::SUCCESS) {
        return Status::invalid_argument("expected a JSON object");
    }
    Fields fields;
    TEMBLOR_RETURN_IF_ERROR(collect(object, fields));

    if (fields.underscore_id) {
        TEMBLOR_ASSIGN_OR_RETURN(line.id, read_id("_id", *fields.underscore_id));
    } else if (fields.id) {
        TEMBLOR_ASSIGN_OR_RETURN(line.id, read_id("id", *fields.id));
    }

    const bool has_text = fields.text || fields.contents;
    if (fields.vector && (fields.indices || fields.values)) {
        return wrong_field("vector", "given together with indices or values");
    }
    if (fields.indices.has_value() != fields.values.has_value()) {
        return wrong_field(fields.indices ? "values" : "indices", "missing");
    }
    if (has_text && (text_first_ || !(fields.vector || fields.indices))) {
        line.shape = LineShape::kText;
        TEMBLOR_RETURN_IF_ERROR(read_text(fields.text ? "text" : "contents",
                                          fields.text ? *fields.text : *fields.contents,
                                          line.text));
        if (fields.title && !fields.title->is_null()) {
            TEMBLOR_RETURN_IF_ERROR(read_text("title", *fields.title, line.title));
        }
    } else if (fields.vector) {
        line.shape = LineShape::kTokens;
        if (fields.vector->get_object().get(line.vector) != simdjson::SUCCESS) {
            return wrong_field("vector", "expected an object of token: weight");
        }
    } else if (fields.indices) {
        line.shape = LineShape::kIndices;
        if (fields.indices->get_array().get(line.indices) != simdjson::SUCCESS) {
            return wrong_field("indices", "expected an array");
        }
        if (fields.values->get_array().get(line.values) != simdjson::SUCCESS) {
            return wrong_field("values", "expected an array");
        }
    } else {
        return Status::invalid_argument(
            "no field vector, indices and values, text or contents: nothing to index");
    }
    if (keep_payload_) line.payload = select_members(text, in_payload_);
    return Status::ok();
}

Status JsonlLineParser::decode_tokens(const JsonlLine& line, ValueRule rule,
                                      const TokenLookup& component_of, SparseVector& vector,
                                      uint64_t& unknown) {
    entries_.clear();
    for (const auto [token, value] : line.vector) {
        const auto name = [&key = token] { return "vector[\"" + std::string(key) + "\"]"; };
        float weight = 0;
        TEMBLOR_RETURN_IF_ERROR(read_weight(name, value, rule, weight));
        const std::optional<uint32_t> component = component_of(token);
        if (component) {
            entries_.push_back({*component, weight, token});
        } else {
            ++unknown;
        }
    }
    std::sort(entries_.begin(), entries_.end(),
              [](const Entry& a, const Entry& b) { return a.component < b.component; });
    vector.components.clear();
    vector.values.clear();
    for (size_t i = 0; i < entries_.size(); ++i) {
        if (i > 0 && entries_[i].component == entries_[i - 1].component) {
            return wrong_field("vector[\"" + std::string(entries_[i].token) + "\"]", "given twice");
        }
        if (entries_[i].weight == 0) continue;
        vector.components.push_back(entries_[i].component);
        vector.values.push_back(entries_[i].weight);
    }
    return Status::ok();
}

Status JsonlLineParser::decode_indices(const JsonlLine& line, ValueRule rule,
                                       SparseVector& vector) {
    vector.components.clear();
    vector.values.clear();
    size_t place = 0;
    uint64_t before = 0;
    auto value = line.values.begin();
    for (const dom::element index : line.indices) {
        uint64_t component = 0;
        if (index.get_uint64().get(component) != simdjson::SUCCESS || component > UINT32_MAX) {
            return wrong_field(indexed("indices", place), "expected a number from 0 to 4294967295");
        }
        if (place > 0 && component <= before) {
            return wrong_field(indexed("indices", place), "component " + std::to_string(component) +
                                                              " after " + std::to_string(before) +
                                                              " (must ascend strictly)");
        }
        if (!(value != line.values.end())) {
            return wrong_field("values",
                               "fewer entries than indices (" + std::to_string(place) + ")");
        }
        float weight = 0;
        TEMBLOR_RETURN_IF_ERROR(
            read_weight([&] { return indexed("values", place); }, *value, rule, weight));
        if (weight != 0) {
            vector.components.push_back(static_cast<uint32_t>(component));
            vector.values.push_back(weight);
        }
        before = component;
        ++place;
        ++value;
    }
    if (value != line.values.end()) {
        return wrong_field("values", "more entries than indices (" + std::to_string(place) + ")");
    }
    return Status::ok();
}

}  // namespace temblor
