#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/document_ids.h"
#include "data/payloads.h"
#include "data/progress.h"
#include "data/sparse_vector.h"
#include "data/status.h"
#include "data/text/text_encoder.h"
#include "data/vocabulary.h"
#include "index/blocked_lists.h"
#include "index/build_parameters.h"
#include "index/calibration.h"
#include "index/component_map.h"
#include "index/forward_store.h"
#include "index/residency.h"
#include "index/section_file.h"

namespace temblor {

/// One immutable, searchable file: forward store, blocked lists, ids, vocabulary, payloads.
/// Any number of threads may use it. Every offset and number read from it is bounds-checked where
/// it is used, so that a damaged file gives errors or wrong scores, never a fault.
class Segment {
public:
    /// Maps `path`, checks header, section table, meta and the sections' shapes; reads a few pages
    /// whatever the size. Errors: kNotFound, kIoError, kCorruption (names file and section),
    /// kUnimplemented (a newer format).
    static Result<std::shared_ptr<const Segment>> open(const std::string& path,
                                                       Residency residency = Residency::kMapped);
    /// The same over bytes in memory, aligned to 64; `name` stands for the path in errors.
    static Result<std::shared_ptr<const Segment>> open_bytes(std::shared_ptr<const void> owner,
                                                             std::span<const std::byte> bytes,
                                                             const std::string& name);

    struct Section {
        std::string_view name;
        uint64_t offset = 0;
        uint64_t bytes = 0;
    };

    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] uint64_t rows() const { return rows_; }
    [[nodiscard]] uint64_t dim() const { return dim_; }
    [[nodiscard]] uint64_t nnz() const { return nnz_; }
    [[nodiscard]] uint64_t file_bytes() const { return file_.bytes().size(); }
    [[nodiscard]] const BuildParameters& parameters() const { return parameters_; }
    [[nodiscard]] const std::vector<Section>& sections() const { return sections_; }
    [[nodiscard]] const DocumentIds& ids() const { return ids_; }
    [[nodiscard]] const Vocabulary& vocabulary() const { return vocabulary_; }
    [[nodiscard]] const TextEncoderData& encoder() const { return encoder_; }
    [[nodiscard]] const Payloads& payloads() const { return payloads_; }
    [[nodiscard]] const std::vector<CalibrationFrontier>& calibration() const {
        return calibration_;
    }
    [[nodiscard]] const ForwardStore& forward() const { return forward_; }
    [[nodiscard]] const BlockedLists& lists() const { return lists_; }
    [[nodiscard]] const ComponentMap& components() const { return components_; }
    /// The most blocks a list has, and the most entries a document has.
    [[nodiscard]] uint32_t max_blocks() const { return max_blocks_; }
    [[nodiscard]] uint32_t max_document_nnz() const { return max_document_nnz_; }

    /// Documents that have `component` with a value over 0. O(log components).
    [[nodiscard]] uint64_t document_frequency(uint32_t component) const;
    /// The stored vector of a document, in original components. O(nnz).
    [[nodiscard]] Result<SparseVector> vector(uint64_t row) const;

    /// Every checksum, every padding byte and the structure behind them. Reads the whole file.
    /// The message names the section that is damaged.
    [[nodiscard]] Status verify(Progress& progress) const;

private:
    Status parse();
    Status parse_meta();

    std::string path_;
    SectionFile file_;
    uint64_t rows_ = 0;
    uint64_t dim_ = 0;
    uint64_t nnz_ = 0;
    BuildParameters parameters_;
    std::vector<Section> sections_;
    DocumentIds ids_;
    Vocabulary vocabulary_;
    TextEncoderData encoder_;
    Payloads payloads_;
    std::vector<CalibrationFrontier> calibration_;
    ForwardStore forward_;
    ForwardShape shape_;
    ComponentMap components_;
    BlockedLists lists_;
    IdKind id_kind_ = IdKind::kRowNumber;
    uint32_t max_blocks_ = 0;
    uint32_t max_document_nnz_ = 0;
};

/// Writes a copy of the segment with `frontiers` in place of its calibration, then renames it over
/// the old one. Readers that have the old file open keep it.
Status store_calibration(const std::string& path, std::span<const CalibrationFrontier> frontiers);

}  // namespace temblor
