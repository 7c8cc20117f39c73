#include "index/collection/collection_segment.h"

#include <algorithm>

#include <fmt/format.h>
#include <simdjson.h>
#include <xxhash.h>

namespace temblor {
namespace {

Status damaged_points(const std::string& folder, const std::string& what) {
    return Status::corruption(folder + "/points.tbl: section " + what);
}

}  // namespace

std::string payload_index_path(const std::string& folder, std::string_view key) {
    return fmt::format("{}/payload-{:016x}.tbl", folder, XXH3_64bits(key.data(), key.size()));
}

CollectionSegment::~CollectionSegment() {
    if (!obsolete_.load(std::memory_order_relaxed)) return;
    (void)files_->remove_tree(folder_);  // what stays is removed when the collection is opened
}

Result<std::shared_ptr<const CollectionSegment>> CollectionSegment::open(const std::string& folder,
                                                                         uint64_t number,
                                                                         const Schema& schema,
                                                                         FileSystem& files) {
    std::shared_ptr<CollectionSegment> segment(new CollectionSegment());
    segment->files_ = &files;
    segment->number_ = number;
    segment->folder_ = folder;
    TEMBLOR_RETURN_IF_ERROR(segment->open_points(schema));
    return std::shared_ptr<const CollectionSegment>(std::move(segment));
}

Status CollectionSegment::open_points(const Schema& schema) {
    TEMBLOR_ASSIGN_OR_RETURN(points_, SectionFile::open(folder_ + "/points.tbl"));
    for (const SectionKind kind : {SectionKind::kPointsMeta, SectionKind::kOrdinals})
        TEMBLOR_RETURN_IF_ERROR(points_.check(kind).with_context(folder_ + "/points.tbl"));
    TEMBLOR_ASSIGN_OR_RETURN(ordinals_, points_.array<uint64_t>(SectionKind::kOrdinals));
    if (ordinals_.size() >= UINT32_MAX) return damaged_points(folder_, "ordinals: too many");

    const auto meta = points_.section(SectionKind::kPointsMeta);
    simdjson::dom::parser parser;
    simdjson::dom::element root;
    if (parser.parse(reinterpret_cast<const char*>(meta.data()), meta.size()).get(root) !=
        simdjson::SUCCESS) {
        return damaged_points(folder_, "points_meta: not JSON");
    }
    uint64_t id_kind = 0;
    simdjson::dom::array sparse;
    simdjson::dom::array dense;
    if (root["id_kind"].get(id_kind) != simdjson::SUCCESS ||
        id_kind > static_cast<uint64_t>(IdKind::kString) ||
        root["sparse"].get(sparse) != simdjson::SUCCESS ||
        root["dense"].get(dense) != simdjson::SUCCESS) {
        return damaged_points(folder_, "points_meta: id_kind, sparse or dense");
    }
    TEMBLOR_ASSIGN_OR_RETURN(
        ids_, DocumentIds::from_bytes(points_.owner(), static_cast<IdKind>(id_kind),
                                      ordinals_.size(), points_.section(SectionKind::kIds)));
    size_t n = 0;
    for (const simdjson::dom::element name : sparse) {
        std::string_view text;
        if (name.get(text) != simdjson::SUCCESS)
            return damaged_points(folder_, "points_meta: sparse");
        const std::string path = fmt::format("{}/sparse-{}.tbl", folder_, n++);
        TEMBLOR_ASSIGN_OR_RETURN(auto opened, Segment::open(path));
        if (opened->rows() != rows())
            return Status::corruption(path + ": rows do not agree with points.tbl");
        sparse_.emplace(text, std::move(opened));
        sparse_rows_.emplace(text, rows());
    }
    // Segments of older builds do not say how many.
    simdjson::dom::object filled;
    if (root["sparse_rows"].get(filled) == simdjson::SUCCESS) {
        for (const auto [name, value] : filled) {
            const auto counted = sparse_rows_.find(std::string_view(name));
            uint64_t count = 0;
            if (counted == sparse_rows_.end() || value.get(count) != simdjson::SUCCESS ||
                count > rows()) {
                return damaged_points(folder_, "points_meta: sparse_rows");
            }
            counted->second = count;
        }
    }
    n = 0;
    for (const simdjson::dom::element name : dense) {
        std::string_view text;
        if (name.get(text) != simdjson::SUCCESS)
            return damaged_points(folder_, "points_meta: dense");
        const auto settings = schema.dense.find(text);
        if (settings == schema.dense.end())
            return damaged_points(folder_, "points_meta: dense vector \"" + std::string(text) +
                                               "\" is not in the schema");
        TEMBLOR_ASSIGN_OR_RETURN(auto opened,
                                 DenseMatrix::open(fmt::format("{}/dense-{}.tbl", folder_, n++),
                                                   settings->second, rows()));
        dense_.emplace(text, std::move(opened));
    }
    return Status::ok();
}

DocumentId CollectionSegment::id(uint32_t row) const {
    DocumentId id = ids_.id(row);
    // Where kinds are mixed all are kept as text.
    if (const auto* text = std::get_if<std::string>(&id)) return parse_document_id(*text);
    return id;
}

std::optional<uint32_t> CollectionSegment::row_of(uint64_t ordinal) const {
    const auto at = std::lower_bound(ordinals_.begin(), ordinals_.end(), ordinal);
    if (at == ordinals_.end() || *at != ordinal) return std::nullopt;
    return static_cast<uint32_t>(at - ordinals_.begin());
}

const std::shared_ptr<const Segment>* CollectionSegment::sparse(std::string_view name) const {
    const auto found = sparse_.find(name);
    return found == sparse_.end() ? nullptr : &found->second;
}

uint64_t CollectionSegment::sparse_rows(std::string_view name) const {
    const auto found = sparse_rows_.find(name);
    return found == sparse_rows_.end() ? 0 : found->second;
}

const DenseMatrix* CollectionSegment::dense(std::string_view name) const {
    const auto found = dense_.find(name);
    return found == dense_.end() ? nullptr : &found->second;
}

PayloadIndexes CollectionSegment::open_payload_indexes(const Schema& schema,
                                                       std::string& damaged) const {
    PayloadIndexes indexes;
    for (const auto& [key, type] : schema.payload_indexes) {
        if (!is_built(type)) continue;
        const std::string path = payload_index_path(folder_, key);
        const auto opened = [&, &name = key,
                             &kind = type]() -> Result<std::shared_ptr<const PayloadIndex>> {
            TEMBLOR_ASSIGN_OR_RETURN(const SectionFile file, SectionFile::open(path));
            TEMBLOR_RETURN_IF_ERROR(file.check(SectionKind::kPayloadKey));
            TEMBLOR_RETURN_IF_ERROR(file.check(SectionKind::kPayloadIndex));
            const auto stored = file.section(SectionKind::kPayloadKey);
            if (std::string_view(reinterpret_cast<const char*>(stored.data()), stored.size()) !=
                name) {
                return Status::corruption("section payload_key: another key");
            }
            TEMBLOR_ASSIGN_OR_RETURN(
                auto index,
                PayloadIndex::open(file.owner(), file.section(SectionKind::kPayloadIndex)));
            if (index.type() != kind || index.rows() != rows())
                return Status::not_found("another type");
            return std::make_shared<const PayloadIndex>(std::move(index));
        }();
        if (opened.is_ok()) {
            indexes.emplace(key, *opened);
        } else if (opened.status().code() != StatusCode::kNotFound) {
            damaged = path + ": " + opened.status().message();
        }
    }
    return indexes;
}

Status CollectionSegment::verify(Progress& progress) const {
    TEMBLOR_RETURN_IF_ERROR(points_.verify(progress).with_context(folder_ + "/points.tbl"));
    TEMBLOR_RETURN_IF_ERROR(ids_.validate().with_context(folder_ + "/points.tbl: section ids"));
    for (size_t i = 1; i < ordinals_.size(); ++i) {
        if (ordinals_[i] <= ordinals_[i - 1])
            return damaged_points(folder_, "ordinals: not ascending");
    }
    for (const auto& [name, segment] : sparse_) TEMBLOR_RETURN_IF_ERROR(segment->verify(progress));
    for (const auto& [name, matrix] : dense_) {
        const std::string where = folder_ + ": dense vector \"" + name + "\"";
        TEMBLOR_RETURN_IF_ERROR(matrix.file().verify(progress).with_context(where));
        if (matrix.hashed() != nullptr)
            TEMBLOR_RETURN_IF_ERROR(matrix.hashed()->validate().with_context(where));
        if (matrix.graph() != nullptr)
            TEMBLOR_RETURN_IF_ERROR(matrix.graph()->validate().with_context(where));
    }
    return Status::ok();
}

uint64_t CollectionSegment::file_bytes() const {
    uint64_t sum = points_.bytes().size();
    for (const auto& [name, segment] : sparse_) sum += segment->file_bytes();
    for (const auto& [name, matrix] : dense_) sum += matrix.bytes();
    return sum;
}

}  // namespace temblor
