#include "index/collection/schema.h"

#include <cmath>
#include <set>
#include <string>

#include <simdjson.h>

#include "index/payload/key_path.h"

namespace temblor {

std::string member_of(std::string_view object, std::string_view name) {
    return std::string(object) + "[\"" + std::string(name) + "\"]";
}

namespace {

constexpr size_t kMaxVectors = 256;
constexpr size_t kMaxPayloadIndexes = 1024;
constexpr size_t kMaxNameBytes = 255;
constexpr size_t kMaxKeyBytes = 1024;
constexpr uint32_t kMaxDenseSize = 65'536;
constexpr size_t kMaxPayloadDepth = 128;

Status wrong(const std::string& field, const std::string& found, const std::string& expected) {
    return Status::invalid_argument(field + ": " + found + ", expected " + expected);
}

Status check_text(std::string_view object, std::string_view name, size_t max_bytes) {
    if (name.size() > max_bytes) {
        return wrong(member_of(object, name.substr(0, 32)) + "...",
                     "a name of " + std::to_string(name.size()) + " bytes",
                     "at most " + std::to_string(max_bytes));
    }
    if (!simdjson::validate_utf8(name.data(), name.size())) {
        return wrong(std::string(object), "a name that is not UTF-8", "UTF-8");
    }
    return Status::ok();
}

Status check_key(std::string_view key) {
    if (key.empty()) return wrong("payload_indexes", "an empty key", "a name");
    TEMBLOR_RETURN_IF_ERROR(check_text("payload_indexes", key, kMaxKeyBytes));
    TEMBLOR_ASSIGN_OR_RETURN(const KeyPath path, KeyPath::parse(key));
    if (path.text() == key) return Status::ok();
    return wrong("payload_indexes", std::string(key),
                 "the path in its canonical form, " + path.text());
}

Status check_dense_values(const DenseVector& values, const DenseVectorSettings& settings) {
    if (values.size() != settings.size) {
        return Status::invalid_argument(std::to_string(values.size()) + " values, expected " +
                                        std::to_string(settings.size));
    }
    for (size_t i = 0; i < values.size(); ++i) {
        if (!std::isfinite(values[i])) {
            return Status::invalid_argument("value " + std::to_string(i) + " is " +
                                            (std::isnan(values[i]) ? "NaN" : "infinite") +
                                            ", expected a finite number");
        }
    }
    return Status::ok();
}

Status check_vector(const Schema& schema, const NamedVector& vector) {
    const auto sparse = schema.sparse.find(vector.name);
    const auto dense = schema.dense.find(vector.name);
    if (const auto* entries = std::get_if<SparseVector>(&vector.value)) {
        if (sparse != schema.sparse.end()) {
            return validate_sparse_vector(entries->view(), ValueRule::kNonNegative, 0);
        }
        return Status::invalid_argument(dense != schema.dense.end()
                                            ? "a sparse vector, expected a dense one"
                                            : "the schema has no vector of this name");
    }
    if (dense != schema.dense.end()) {
        return check_dense_values(std::get<DenseVector>(vector.value), dense->second);
    }
    return Status::invalid_argument(sparse != schema.sparse.end()
                                        ? "a dense vector, expected a sparse one"
                                        : "the schema has no vector of this name");
}

Status check_payload(const std::string& payload) {
    if (payload.empty()) return Status::ok();
    simdjson::dom::parser parser;
    simdjson::error_code error = parser.allocate(payload.size(), kMaxPayloadDepth);
    simdjson::dom::element root;
    if (error == simdjson::SUCCESS) error = parser.parse(payload).get(root);
    if (error != simdjson::SUCCESS) {
        return Status::invalid_argument(std::string("payload: not JSON: ") +
                                        simdjson::error_message(error));
    }
    if (!root.is_object()) return Status::invalid_argument("payload: expected a JSON object");
    return Status::ok();
}

}  // namespace

Status Schema::validate() const {
    if (sparse.size() + dense.size() > kMaxVectors) {
        return wrong("vectors", std::to_string(sparse.size() + dense.size()),
                     "at most " + std::to_string(kMaxVectors));
    }
    if (payload_indexes.size() > kMaxPayloadIndexes) {
        return wrong("payload_indexes", std::to_string(payload_indexes.size()),
                     "at most " + std::to_string(kMaxPayloadIndexes));
    }
    for (const auto& [name, settings] : sparse) {
        TEMBLOR_RETURN_IF_ERROR(check_text("sparse", name, kMaxNameBytes));
        const std::string field = member_of("sparse", name);
        if (dense.contains(name)) return wrong(field, "also a dense vector", "one of the two");
        if (forward_kind_name(settings.forward) == "unknown") {
            return wrong(field + ".forward", std::to_string(static_cast<int>(settings.forward)),
                         "a known kind");
        }
        if (settings.source != VectorSource::kLearned && settings.source != VectorSource::kText) {
            return wrong(field + ".source", std::to_string(static_cast<int>(settings.source)),
                         "a known source");
        }
    }
    for (const auto& [name, settings] : dense) {
        TEMBLOR_RETURN_IF_ERROR(check_text("dense", name, kMaxNameBytes));
        const std::string field = member_of("dense", name);
        if (settings.size < 1 || settings.size > kMaxDenseSize) {
            return wrong(field + ".size", std::to_string(settings.size),
                         "a number from 1 to " + std::to_string(kMaxDenseSize));
        }
        if (distance_name(settings.distance) == "unknown") {
            return wrong(field + ".distance", std::to_string(static_cast<int>(settings.distance)),
                         "a known distance");
        }
    }
    for (const auto& [key, type] : payload_indexes) {
        TEMBLOR_RETURN_IF_ERROR(check_key(key));
        if (payload_type_name(type) == "unknown") {
            return wrong(member_of("payload_indexes", key), std::to_string(static_cast<int>(type)),
                         "a known type");
        }
    }
    return Status::ok();
}

Status Schema::validate(const Point& point) const {
    std::set<std::string_view> seen;
    for (const NamedVector& vector : point.vectors) {
        const std::string field = member_of("vectors", vector.name);
        if (!seen.insert(vector.name).second) {
            return Status::invalid_argument(field + ": given twice");
        }
        TEMBLOR_RETURN_IF_ERROR(check_vector(*this, vector).with_context(field));
    }
    return check_payload(point.payload);
}

}  // namespace temblor
