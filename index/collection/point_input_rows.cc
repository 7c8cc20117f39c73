#include <algorithm>
#include <utility>

#include "index/collection/point_input.h"

namespace temblor {
namespace {

/// The rows of a binary format.
class PointRows final : public PointInput {
public:
    PointRows(std::string path, SparseDataset rows, std::string vector,
              std::unique_ptr<IdLines> ids)
        : path_(std::move(path)),
          rows_(std::move(rows)),
          vector_(std::move(vector)),
          ids_(std::move(ids)) {}

    Result<bool> next(Point& point) override {
        if (taken_ == rows_.rows()) {
            if (ids_ != nullptr) TEMBLOR_RETURN_IF_ERROR(ids_->finish());
            return false;
        }
        point = Point();
        point.id = taken_;
        if (ids_ != nullptr) {
            TEMBLOR_ASSIGN_OR_RETURN(point.id, ids_->next());
        }
        const SparseVectorView row = rows_.row(taken_++);
        point.vectors.push_back(
            {vector_, SparseVector{{row.components.begin(), row.components.end()},
                                   {row.values.begin(), row.values.end()}}});
        return true;
    }
    Result<uint64_t> skip(uint64_t count, const Progress& /*progress*/) override {
        const uint64_t skipped = std::min(count, rows_.rows() - taken_);
        for (uint64_t i = 0; ids_ != nullptr && i < skipped; ++i)
            TEMBLOR_RETURN_IF_ERROR(ids_->skip());
        taken_ += skipped;
        return skipped;
    }
    [[nodiscard]] std::string place() const override {
        return path_ + ": row " + std::to_string(taken_ - std::min<uint64_t>(taken_, 1));
    }
    [[nodiscard]] uint64_t expected_points() const override { return rows_.rows(); }

private:
    std::string path_;
    SparseDataset rows_;
    std::string vector_;
    std::unique_ptr<IdLines> ids_;
    uint64_t taken_ = 0;
};

}  // namespace

Result<std::unique_ptr<PointInput>> open_point_rows(const std::string& path, InputFile input,
                                                    const Schema& schema,
                                                    const PointInputOptions& options,
                                                    Progress& progress) {
    const std::string name = input.reader->path();
    auto vector = choose_sparse_vector(schema, options.vector);
    if (!vector.is_ok()) return std::move(vector).status().with_context(name);
    std::unique_ptr<IdLines> ids;
    if (!options.ids_path.empty()) {
        TEMBLOR_ASSIGN_OR_RETURN(ids, IdLines::open(options.ids_path));
    }
    ReadingProgress reading(progress, name, input.reader->file_size());
    TEMBLOR_ASSIGN_OR_RETURN(SparseDataset rows,
                             read_sparse_rows(path, input, ValueRule::kNonNegative, reading));
    return std::unique_ptr<PointInput>(
        std::make_unique<PointRows>(name, std::move(rows), std::move(*vector), std::move(ids)));
}

}  // namespace temblor
