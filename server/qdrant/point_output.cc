#include "server/qdrant/point_output.h"

#include <algorithm>
#include <array>

#include <simdjson.h>

#include "index/payload/payload_parser.h"

namespace temblor {
namespace {

namespace dom = simdjson::dom;

constexpr size_t kMaxKeys = 1000;

Result<std::vector<std::string>> read_texts(dom::element value, const JsonPlace& place) {
    dom::array array;
    if (value.get_array().get(array) != simdjson::SUCCESS)
        return place.expected("an array of strings", value);
    std::vector<std::string> texts;
    for (const dom::element one : array) {
        std::string_view text;
        if (one.get_string().get(text) != simdjson::SUCCESS)
            return JsonPlace(place, texts.size()).expected("a string", one);
        if (texts.size() == kMaxKeys)
            return place.wrong("expected at most " + std::to_string(kMaxKeys) + " strings");
        texts.emplace_back(text);
    }
    return texts;
}

Result<std::vector<KeyPath>> read_keys(dom::element value, const JsonPlace& place) {
    TEMBLOR_ASSIGN_OR_RETURN(const auto texts, read_texts(value, place));
    std::vector<KeyPath> keys;
    for (const std::string& text : texts) {
        auto key = KeyPath::parse(text);
        if (!key.is_ok())
            return std::move(key).status().with_context(JsonPlace(place, keys.size()).text());
        keys.push_back(*std::move(key));
    }
    return keys;
}

using Steps = std::vector<std::pair<const KeyPath*, size_t>>;

/// Of `steps` those that go on through the member `name`, or through an element.
Steps through(const Steps& steps, const std::string_view* name) {
    Steps next;
    for (const auto& [key, at] : steps) {
        if (at == key->steps().size()) continue;
        const auto* wanted = std::get_if<std::string>(&key->steps()[at]);
        if (name != nullptr ? wanted != nullptr && *wanted == *name : wanted == nullptr)
            next.emplace_back(key, at + 1);
    }
    return next;
}

bool ends(const Steps& steps) {
    return std::any_of(steps.begin(), steps.end(),
                       [](const auto& step) { return step.second == step.first->steps().size(); });
}

void append(std::string& out, dom::element value) { out += simdjson::minify(value); }

/// The part of `value` that the keys reach, or all but that.
void append_part(std::string& out, dom::element value, const Steps& steps, bool keep) {
    dom::object object;
    dom::array array;
    bool is_first = true;
    const auto member = [&](const Steps& next, dom::element inner, const std::string_view* name) {
        const bool reached = ends(next);
        if (keep ? next.empty() : reached) return;
        if (keep && !reached && !inner.is_object() && !inner.is_array()) return;
        out += is_first ? "" : ",";
        is_first = false;
        if (name != nullptr) {
            append_json_string(out, *name);
            out += ':';
        }
        if (next.empty() || (keep && reached)) {
            append(out, inner);
        } else {
            append_part(out, inner, next, keep);
        }
    };
    if (value.get_object().get(object) == simdjson::SUCCESS) {
        out += '{';
        for (const auto [name, inner] : object) {
            const std::string_view text = name;
            member(through(steps, &text), inner, &text);
        }
        out += '}';
    } else if (value.get_array().get(array) == simdjson::SUCCESS) {
        // A key without "[]" goes through arrays, too, as in Qdrant.
        const Steps elements = through(steps, nullptr);
        out += '[';
        for (const dom::element inner : array) {
            Steps next = elements;
            next.insert(next.end(), steps.begin(), steps.end());
            member(next, inner, nullptr);
        }
        out += ']';
    } else {
        append(out, value);
    }
}

}  // namespace

Result<PointOutput> PointOutput::read(const OptionalElement& with_payload,
                                      const OptionalElement& with_vector, bool payload_by_default,
                                      std::string_view vector_member) {
    PointOutput output;
    output.payload_ = payload_by_default ? Choice::kAll : Choice::kNone;
    if (with_payload) {
        const JsonPlace place("with_payload");
        bool all = false;
        if (with_payload->get_bool().get(all) == simdjson::SUCCESS) {
            output.payload_ = all ? Choice::kAll : Choice::kNone;
        } else if (with_payload->is_array()) {
            output.payload_ = Choice::kOnly;
            TEMBLOR_ASSIGN_OR_RETURN(output.keys_, read_keys(*with_payload, place));
        } else {
            static constexpr std::array<std::string_view, 2> kNames = {"include", "exclude"};
            if (!with_payload->is_object())
                return place.expected("a boolean, an array or an object", *with_payload);
            TEMBLOR_ASSIGN_OR_RETURN(const auto members,
                                     read_members(*with_payload, place, kNames));
            if (members[0].has_value() == members[1].has_value())
                return place.wrong("expected either include or exclude");
            const size_t chosen = members[0] ? 0 : 1;
            output.payload_ = chosen == 0 ? Choice::kOnly : Choice::kAllBut;
            TEMBLOR_ASSIGN_OR_RETURN(output.keys_,
                                     read_keys(*members[chosen], JsonPlace(place, kNames[chosen])));
        }
    }
    if (with_vector) {
        const JsonPlace place(vector_member);
        if (with_vector->get_bool().get(output.with_vectors_) != simdjson::SUCCESS) {
            if (!with_vector->is_array())
                return place.expected("a boolean or an array of names", *with_vector);
            TEMBLOR_ASSIGN_OR_RETURN(output.names_, read_texts(*with_vector, place));
            output.with_vectors_ = !output.names_.empty();
            output.all_vectors_ = false;
        }
    }
    return output;
}

Status PointOutput::write(const Point& point, JsonWriter& json) const {
    if (payload_ == Choice::kAll) {
        json.key("payload").raw(point.payload.empty() ? "{}" : point.payload);
    } else if (payload_ != Choice::kNone) {
        static thread_local PayloadParser parser;
        TEMBLOR_ASSIGN_OR_RETURN(const dom::element payload, parser.parse(point.payload));
        Steps steps;
        for (const KeyPath& key : keys_) steps.emplace_back(&key, 0);
        std::string part;
        append_part(part, payload, steps, payload_ == Choice::kOnly);
        json.key("payload").raw(part);
    }
    if (!with_vectors_) return Status::ok();
    std::vector<const NamedVector*> shown;
    for (const NamedVector& vector : point.vectors) {
        if (all_vectors_ || std::find(names_.begin(), names_.end(), vector.name) != names_.end())
            shown.push_back(&vector);
    }
    json.key("vector");
    if (shown.size() == 1 && shown.front()->name.empty()) {
        write_vector(*shown.front(), json);
        return Status::ok();
    }
    json.begin_object();
    for (const NamedVector* vector : shown) {
        json.key(vector->name);
        write_vector(*vector, json);
    }
    json.end_object();
    return Status::ok();
}

void write_id(const DocumentId& id, JsonWriter& json) {
    if (const auto* number = std::get_if<uint64_t>(&id)) {
        json.number(*number);
    } else {
        json.string(to_string(id));
    }
}

void write_facet_value(const FacetValue& value, JsonWriter& json) {
    if (const auto* text = std::get_if<std::string>(&value)) {
        json.string(*text);
    } else if (const auto* number = std::get_if<int64_t>(&value)) {
        json.integer(*number);
    } else {
        json.boolean(std::get<bool>(value));
    }
}

void write_vector(const NamedVector& vector, JsonWriter& json) {
    const auto numbers = [&](const std::vector<float>& values) {
        json.begin_array();
        for (const float value : values) json.number(value);
        json.end_array();
    };
    if (const auto* dense = std::get_if<DenseVector>(&vector.value)) {
        numbers(*dense);
        return;
    }
    const auto& sparse = std::get<SparseVector>(vector.value);
    json.begin_object().key("indices").begin_array();
    for (const uint32_t component : sparse.components) json.number(uint64_t{component});
    json.end_array().key("values");
    numbers(sparse.values);
    json.end_object();
}

}  // namespace temblor
