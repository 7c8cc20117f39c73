#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "data/point.h"
#include "data/status.h"
#include "index/collection/version.h"
#include "index/payload/filter.h"

namespace temblor {

/// What a write does to one id: the point it holds from now on, or none.
struct Change {
    DocumentId id;
    std::optional<Point> point;
};

/// What an operation may look at while it is worked out: the collection with all writes before it,
/// acknowledged or in the same group.
class WriteReader {
public:
    virtual ~WriteReader() = default;
    /// Whether the id is taken.
    [[nodiscard]] virtual Result<bool> exists(const DocumentId& id) const = 0;
    /// The whole point; nothing when the id is free.
    [[nodiscard]] virtual Result<std::optional<Point>> load(const DocumentId& id) const = 0;
    /// The ids that pass a filter, in no order. Only for operations that said they select.
    [[nodiscard]] virtual Result<std::vector<DocumentId>> select(const Filter& filter) const = 0;
    [[nodiscard]] virtual const Schema& schema() const = 0;
};

/// A write: works out all its changes or fails and changes nothing.
struct WriteOperation {
    std::function<Result<std::vector<Change>>(const WriteReader&)> work_out;
    bool selects = false;  ///< uses select(): it is the first of its group
    bool adds = true;      ///< needs room: refused when the disk is nearly full
};

/// Writes that become durable together: later ones see what earlier ones did. Not thread-safe.
class WriteGroup : public WriteReader {
public:
    explicit WriteGroup(std::shared_ptr<const Version> version) : version_(std::move(version)) {}

    /// Works out one operation and takes its changes in. On an error the group is as before.
    /// Returns how many ids it changes.
    Result<uint64_t> add(const WriteOperation& operation);

    [[nodiscard]] Result<bool> exists(const DocumentId& id) const override;
    [[nodiscard]] Result<std::optional<Point>> load(const DocumentId& id) const override;
    [[nodiscard]] Result<std::vector<DocumentId>> select(const Filter& filter) const override;
    [[nodiscard]] const Schema& schema() const override { return *version_->schema; }

    /// The outcome: for each id that was written its last change, in the order of those.
    struct Outcome {
        std::string id_key;
        Change change;
        std::optional<uint64_t> replaces;  ///< the ordinal that held the id before the group
        uint64_t order = 0;
    };
    [[nodiscard]] std::vector<Outcome> take_outcome();

private:
    /// The ordinal that holds the id in the version.
    [[nodiscard]] Result<std::optional<uint64_t>> stored(const std::string& id_key) const;

    std::shared_ptr<const Version> version_;
    std::unordered_map<std::string, Outcome> pending_;
    uint64_t order_ = 0;
};

/// The whole point at an ordinal. kCorruption when half of it is missing.
Result<std::optional<Point>> load_point(const DatabaseView& view, uint64_t ordinal);

}  // namespace temblor
