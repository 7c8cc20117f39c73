#include "index/collection/write_operations.h"

#include <algorithm>
#include <functional>

#include <simdjson.h>

#include "data/dense_vector.h"
#include "index/collection/limits.h"
#include "index/collection/payload_edit.h"

namespace temblor {
namespace {

Status check_batch(size_t points) {
    if (points <= CollectionLimits::kBatchPoints) return Status::ok();
    return Status::resource_exhausted("batch: " + std::to_string(points) + " points, at most " +
                                      std::to_string(CollectionLimits::kBatchPoints));
}

std::string place(size_t i, const DocumentId& id) {
    return "points[" + std::to_string(i) + "] (id " + to_string(id) + ")";
}

/// Vectors of cosine are stored with length 1.
void normalize_vectors(const Schema& schema, Point& point) {
    for (NamedVector& v : point.vectors) {
        auto* dense = std::get_if<DenseVector>(&v.value);
        const auto settings = schema.dense.find(v.name);
        if (dense != nullptr && settings != schema.dense.end() &&
            settings->second.distance == Distance::kCosine) {
            normalize(*dense);
        }
    }
}

Result<std::vector<DocumentId>> ids_of(const PointTarget& target, const WriteReader& reader) {
    if (const auto* filter = std::get_if<Filter>(&target)) return reader.select(*filter);
    std::vector<DocumentId> ids = std::get<std::vector<DocumentId>>(target);
    for (DocumentId& id : ids) id = canonical_id(std::move(id));
    return ids;
}

/// Loads every point of the target, edits it and puts it back.
WriteOperation edit_points(PointTarget target, std::function<Status(const Schema&, Point&)> edit) {
    WriteOperation operation;
    operation.selects = std::holds_alternative<Filter>(target);
    operation.work_out = [target = std::move(target), edit = std::move(edit)](
                             const WriteReader& reader) -> Result<std::vector<Change>> {
        TEMBLOR_ASSIGN_OR_RETURN(const std::vector<DocumentId> ids, ids_of(target, reader));
        if (!std::holds_alternative<Filter>(target))
            TEMBLOR_RETURN_IF_ERROR(check_batch(ids.size()));
        std::vector<Change> changes;
        changes.reserve(ids.size());
        for (const DocumentId& id : ids) {
            TEMBLOR_ASSIGN_OR_RETURN(std::optional<Point> point, reader.load(id));
            if (!point) return Status::not_found("no point with id " + to_string(id));
            TEMBLOR_RETURN_IF_ERROR(
                edit(reader.schema(), *point).with_context("point " + to_string(id)));
            changes.push_back({id, std::move(point)});
        }
        return changes;
    };
    return operation;
}

}  // namespace

DocumentId canonical_id(DocumentId id) {
    if (const auto* text = std::get_if<std::string>(&id)) return parse_document_id(*text);
    return id;
}

Status check_point_id(const DocumentId& id) {
    const auto* text = std::get_if<std::string>(&id);
    if (text == nullptr) return Status::ok();
    if (text->empty() || text->size() > CollectionLimits::kIdBytes) {
        return Status::invalid_argument("expected text of 1 to " +
                                        std::to_string(CollectionLimits::kIdBytes) +
                                        " bytes, got " + std::to_string(text->size()));
    }
    if (!simdjson::validate_utf8(*text))
        return Status::invalid_argument("expected UTF-8, got other bytes");
    return Status::ok();
}

WriteOperation upsert_points(std::vector<Point> points) {
    WriteOperation operation;
    operation.work_out =
        [points = std::move(points)](const WriteReader& reader) -> Result<std::vector<Change>> {
        TEMBLOR_RETURN_IF_ERROR(check_batch(points.size()));
        std::vector<Change> changes;
        changes.reserve(points.size());
        for (size_t i = 0; i < points.size(); ++i) {
            Point point = points[i];
            point.id = canonical_id(std::move(point.id));
            TEMBLOR_RETURN_IF_ERROR(
                check_point_id(point.id).with_context(place(i, point.id) + ": id"));
            TEMBLOR_RETURN_IF_ERROR(
                reader.schema().validate(point).with_context(place(i, point.id)));
            normalize_vectors(reader.schema(), point);
            DocumentId id = point.id;
            changes.push_back({std::move(id), std::move(point)});
        }
        return changes;
    };
    return operation;
}

WriteOperation delete_points(PointTarget target) {
    WriteOperation operation;
    operation.selects = std::holds_alternative<Filter>(target);
    operation.adds = false;
    operation.work_out =
        [target = std::move(target)](const WriteReader& reader) -> Result<std::vector<Change>> {
        TEMBLOR_ASSIGN_OR_RETURN(const std::vector<DocumentId> ids, ids_of(target, reader));
        std::vector<Change> changes;
        for (const DocumentId& id : ids) {
            TEMBLOR_ASSIGN_OR_RETURN(const bool exists, reader.exists(id));
            if (exists) changes.push_back({id, std::nullopt});
        }
        return changes;
    };
    return operation;
}

WriteOperation set_payload(PointTarget target, std::string payload, std::string path) {
    return edit_points(std::move(target),
                       [payload = std::move(payload), path = std::move(path)](
                           const Schema& schema, Point& point) -> Status {
                           TEMBLOR_ASSIGN_OR_RETURN(point.payload,
                                                    merge_payload(point.payload, payload, path));
                           return schema.validate(point);
                       });
}

WriteOperation overwrite_payload(PointTarget target, std::string payload) {
    return edit_points(
        std::move(target),
        [payload = std::move(payload)](const Schema& schema, Point& point) -> Status {
            point.payload = payload;
            return schema.validate(point);
        });
}

WriteOperation delete_payload_keys(PointTarget target, std::vector<std::string> keys) {
    return edit_points(
        std::move(target), [keys = std::move(keys)](const Schema&, Point& point) -> Status {
            TEMBLOR_ASSIGN_OR_RETURN(point.payload, erase_payload_keys(point.payload, keys));
            return Status::ok();
        });
}

WriteOperation clear_payload(PointTarget target) {
    return edit_points(std::move(target), [](const Schema&, Point& point) -> Status {
        point.payload.clear();
        return Status::ok();
    });
}

WriteOperation update_vectors(std::vector<Point> points) {
    WriteOperation operation;
    operation.work_out =
        [points = std::move(points)](const WriteReader& reader) -> Result<std::vector<Change>> {
        TEMBLOR_RETURN_IF_ERROR(check_batch(points.size()));
        std::vector<Change> changes;
        for (size_t i = 0; i < points.size(); ++i) {
            Point update{canonical_id(points[i].id), {}, points[i].vectors};
            TEMBLOR_RETURN_IF_ERROR(
                reader.schema().validate(update).with_context(place(i, update.id)));
            normalize_vectors(reader.schema(), update);
            // The same id may come twice; its earlier change counts.
            const auto earlier = std::find_if(changes.rbegin(), changes.rend(),
                                              [&](const Change& c) { return c.id == update.id; });
            std::optional<Point> point;
            if (earlier != changes.rend()) {
                point = earlier->point;
            } else {
                TEMBLOR_ASSIGN_OR_RETURN(point, reader.load(update.id));
            }
            if (!point) return Status::not_found("no point with id " + to_string(update.id));
            for (NamedVector& v : update.vectors) {
                const auto at =
                    std::find_if(point->vectors.begin(), point->vectors.end(),
                                 [&](const NamedVector& o) { return o.name == v.name; });
                if (at != point->vectors.end()) {
                    at->value = std::move(v.value);
                } else {
                    point->vectors.push_back(std::move(v));
                }
            }
            changes.push_back({std::move(update.id), std::move(point)});
        }
        return changes;
    };
    return operation;
}

WriteOperation delete_vectors(PointTarget target, std::vector<std::string> names) {
    return edit_points(
        std::move(target),
        [names = std::move(names)](const Schema& schema, Point& point) -> Status {
            for (const std::string& name : names) {
                if (!schema.sparse.contains(name) && !schema.dense.contains(name))
                    return Status::invalid_argument("no vector \"" + name + "\" in the schema");
            }
            std::erase_if(point.vectors, [&](const NamedVector& v) {
                return std::find(names.begin(), names.end(), v.name) != names.end();
            });
            return Status::ok();
        });
}

}  // namespace temblor
