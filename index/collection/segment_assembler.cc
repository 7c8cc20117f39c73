#include "index/collection/segment_assembler.h"

#include <map>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include "data/sparse_dataset.h"
#include "index/collection/collection_segment.h"
#include "index/collection/dense_matrix.h"
#include "index/collection/point_codec.h"
#include "index/payload/payload_index_builder.h"
#include "index/segment_builder.h"
#include "index/segment_writer.h"

namespace temblor {
namespace {

/// Points are read from the database so many at a time.
constexpr size_t kReadBatch = 256;
constexpr size_t kPointsAReport = 1'024;

/// What of a vector has come in so far; row by row.
struct SparseColumn {
    const SparseVectorSettings* settings;
    SparseDatasetBuilder rows;
    uint64_t filled = 0;  ///< rows that have an entry
};
struct DenseColumn {
    const DenseVectorSettings* settings;
    RowBitmap present;
    std::vector<float> values;
};

class Assembly {
public:
    explicit Assembly(const Schema& schema) {
        for (const auto& [name, settings] : schema.sparse)
            sparse_.emplace(name, SparseColumn{&settings, {}, 0});
        for (const auto& [name, settings] : schema.dense)
            dense_.emplace(name, DenseColumn{&settings, {}, {}});
        for (const auto& [key, type] : schema.payload_indexes) {
            if (is_built(type))
                indexes_.emplace(key, PayloadIndexBuilder(KeyPath::parse(key).value(), type));
        }
    }

    Status add(const SourcePoint& point) {
        const auto row = static_cast<uint32_t>(ordinals_.size());
        if (ordinals_.size() + 1 >= UINT32_MAX)
            return Status::resource_exhausted("segment: over 2^32 - 2 points");
        ordinals_.push_back(point.ordinal);
        ids_.push_back(to_string(point.id));
        for (const NamedVector& v : point.vectors) {
            if (const auto* sparse = std::get_if<SparseVector>(&v.value)) {
                if (const auto at = sparse_.find(v.name); at != sparse_.end()) {
                    at->second.rows.add(sparse->view());
                    at->second.filled += sparse->nnz() > 0 ? 1 : 0;
                }
            } else if (const auto at = dense_.find(v.name); at != dense_.end()) {
                const auto& dense = std::get<DenseVector>(v.value);
                at->second.present.add(row);
                at->second.values.insert(at->second.values.end(), dense.begin(), dense.end());
            }
        }
        for (auto& [name, column] : sparse_) {
            if (column.rows.rows() == row) column.rows.add({});
        }
        for (auto& [key, index] : indexes_) TEMBLOR_RETURN_IF_ERROR(index.add(row, point.payload));
        return Status::ok();
    }
    [[nodiscard]] uint64_t rows() const { return ordinals_.size(); }

    Status write(const std::string& folder, const AssembleOptions& options, Progress& progress) {
        size_t n = 0;
        for (auto& [name, column] : sparse_) {
            TEMBLOR_RETURN_IF_ERROR(write_sparse(
                column, fmt::format("{}/sparse-{}.tbl", folder, n++), options, progress));
        }
        n = 0;
        for (auto& [name, column] : dense_) {
            DenseIndexing indexing;
            indexing.fewest_rows = options.fewest_indexed_rows;
            indexing.hash.threads = options.threads;
            indexing.hash.seed = options.seed;
            TEMBLOR_RETURN_IF_ERROR(write_dense_matrix(
                fmt::format("{}/dense-{}.tbl", folder, n++), *column.settings, column.present,
                column.values, indexing, *options.files, progress));
        }
        for (auto& [key, index] : indexes_)
            TEMBLOR_RETURN_IF_ERROR(write_payload_index(folder, key, index, *options.files));
        return write_points(folder + "/points.tbl", *options.files);
    }

    static Status write_payload_index(const std::string& folder, std::string_view key,
                                      PayloadIndexBuilder& index, FileSystem& files) {
        TEMBLOR_ASSIGN_OR_RETURN(auto writer,
                                 SegmentWriter::create(payload_index_path(folder, key), files));
        TEMBLOR_RETURN_IF_ERROR(
            writer->add_array<char>(SectionKind::kPayloadKey, std::span(key.data(), key.size())));
        const std::vector<std::byte> bytes = index.finish();
        TEMBLOR_RETURN_IF_ERROR(writer->add(SectionKind::kPayloadIndex, bytes));
        return writer->finish();
    }

private:
    Status write_sparse(SparseColumn& column, const std::string& path,
                        const AssembleOptions& options, Progress& progress) const {
        SegmentContents contents;
        TEMBLOR_ASSIGN_OR_RETURN(contents.vectors, column.rows.finish());
        contents.ids = DocumentIds::row_numbers(rows());
        BuildParameters parameters = BuildParameters::for_collection(rows(), contents.vectors.nnz(),
                                                                     column.settings->source);
        parameters.forward = column.settings->forward;
        parameters.threads = options.threads;
        parameters.seed = options.seed;
        return std::move(build_segment(contents, parameters, path, progress, *options.files))
            .status();
    }

    Status write_points(const std::string& path, FileSystem& files) const {
        TEMBLOR_ASSIGN_OR_RETURN(const DocumentIds ids, DocumentIds::from_strings(ids_));
        const auto names = [](const auto& columns) {
            std::string out = "[";
            for (const auto& [name, column] : columns) {
                if (out.size() > 1) out += ',';
                out += boost::json::serialize(boost::json::value(name));
            }
            return out + "]";
        };
        boost::json::object filled;
        for (const auto& [name, column] : sparse_) filled[name] = column.filled;
        const std::string meta =
            fmt::format("{{\"id_kind\":{},\"sparse\":{},\"dense\":{},\"sparse_rows\":{}}}",
                        static_cast<uint32_t>(ids.kind()), names(sparse_), names(dense_),
                        boost::json::serialize(filled));
        TEMBLOR_ASSIGN_OR_RETURN(auto writer, SegmentWriter::create(path, files));
        TEMBLOR_RETURN_IF_ERROR(
            writer->add_array<char>(SectionKind::kPointsMeta, std::span<const char>(meta)));
        TEMBLOR_RETURN_IF_ERROR(writer->add_array<uint64_t>(SectionKind::kOrdinals,
                                                            std::span<const uint64_t>(ordinals_)));
        TEMBLOR_RETURN_IF_ERROR(writer->add(SectionKind::kIds, ids.serialize()));
        return writer->finish();
    }

    std::vector<uint64_t> ordinals_;
    std::vector<std::string> ids_;
    std::map<std::string, SparseColumn, std::less<>> sparse_;
    std::map<std::string, DenseColumn, std::less<>> dense_;
    std::map<std::string, PayloadIndexBuilder, std::less<>> indexes_;
};

}  // namespace

Status DatabaseSource::visit(const std::function<Status(const SourcePoint&)>& each) const {
    std::vector<std::string> keys;
    for (size_t begin = 0; begin < ordinals_.size(); begin += kReadBatch) {
        const size_t end = std::min(begin + kReadBatch, ordinals_.size());
        keys.clear();
        for (size_t i = begin; i < end; ++i) keys.push_back(encode_ordinal(ordinals_[i]));
        TEMBLOR_ASSIGN_OR_RETURN(const auto points, view_->get_many(Table::kPoints, keys));
        TEMBLOR_ASSIGN_OR_RETURN(const auto vectors, view_->get_many(Table::kVectors, keys));
        for (size_t i = begin; i < end; ++i) {
            if (!points[i - begin]) continue;
            if (!vectors[i - begin]) return Status::corruption("database: a point without vectors");
            TEMBLOR_ASSIGN_OR_RETURN(const StoredPoint point, decode_point(*points[i - begin]));
            TEMBLOR_ASSIGN_OR_RETURN(const auto decoded, decode_vectors(*vectors[i - begin]));
            TEMBLOR_RETURN_IF_ERROR(each({ordinals_[i], point.id, point.payload, decoded}));
        }
    }
    return Status::ok();
}

Result<uint64_t> assemble_segment(const Schema& schema, const PointSource& source,
                                  const std::string& folder, const AssembleOptions& options,
                                  Progress& progress) {
    Assembly assembly(schema);
    TEMBLOR_RETURN_IF_ERROR(source.visit([&](const SourcePoint& point) -> Status {
        if (assembly.rows() % kPointsAReport == 0) {
            if (progress.cancelled()) return Status::cancelled("the segment was not finished");
            progress.report("points", assembly.rows(), options.expected_points);
        }
        return assembly.add(point);
    }));
    if (assembly.rows() == 0) return uint64_t{0};
    FileSystem& files = *options.files;
    TEMBLOR_RETURN_IF_ERROR(files.remove_tree(folder));
    TEMBLOR_RETURN_IF_ERROR(files.create_folders(folder));
    const Status written = assembly.write(folder, options, progress);
    if (!written.is_ok()) {
        (void)files.remove_tree(folder);  // what stays is removed when the collection is opened
        return written;
    }
    return assembly.rows();
}

Status assemble_payload_index(const Schema& schema, std::string_view key,
                              std::span<const uint64_t> ordinals, const DatabaseView& view,
                              const std::string& folder, FileSystem& files, Progress& progress) {
    const auto type = schema.payload_indexes.find(key);
    if (type == schema.payload_indexes.end())
        return Status::not_found("payload index \"" + std::string(key) + "\"");
    PayloadIndexBuilder index(KeyPath::parse(type->first).value(), type->second);
    std::vector<std::string> keys;
    for (size_t begin = 0; begin < ordinals.size(); begin += kReadBatch) {
        if (progress.cancelled()) return Status::cancelled("the payload index was not finished");
        progress.report("payloads", begin, ordinals.size());
        const size_t end = std::min(begin + kReadBatch, ordinals.size());
        keys.clear();
        for (size_t i = begin; i < end; ++i) keys.push_back(encode_ordinal(ordinals[i]));
        TEMBLOR_ASSIGN_OR_RETURN(const auto points, view.get_many(Table::kPoints, keys));
        for (size_t i = begin; i < end; ++i) {
            std::string payload;
            if (points[i - begin]) {
                TEMBLOR_ASSIGN_OR_RETURN(StoredPoint point, decode_point(*points[i - begin]));
                payload = std::move(point.payload);
            }
            TEMBLOR_RETURN_IF_ERROR(index.add(static_cast<uint32_t>(i), payload));
        }
    }
    return Assembly::write_payload_index(folder, key, index, files);
}

}  // namespace temblor
