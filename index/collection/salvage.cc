#include "index/collection/salvage.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <unordered_map>

#include "index/collection/manifest.h"
#include "index/collection/point_codec.h"

namespace temblor {
namespace {

constexpr uint64_t kBatchBytes = uint64_t{4} << 20;
constexpr uint64_t kReportEvery = 4096;

class Salvage {
public:
    Salvage(Database& database, Progress& progress) : database_(database), progress_(progress) {}

    Result<SalvageReport> run(const Schema& otherwise, uint64_t segment) {
        const auto view = database_.view();
        TEMBLOR_ASSIGN_OR_RETURN(const auto schema_text, view->get(Table::kMeta, "schema"));
        Schema schema = otherwise;
        if (auto stored = Schema::from_json(schema_text.value_or("")); stored.is_ok()) {
            schema = std::move(stored).value();
        } else {
            report_.schema_lost = true;
        }
        // Until all is done, the collection is not to be opened.
        batch_.erase(Table::kMeta, "manifest");
        TEMBLOR_RETURN_IF_ERROR(write());
        TEMBLOR_RETURN_IF_ERROR(find_points(*view, schema));
        TEMBLOR_RETURN_IF_ERROR(mend_ids(*view));
        TEMBLOR_RETURN_IF_ERROR(view->scan(
            Table::kDead, {}, {}, [&](std::string_view key, std::string_view) -> Result<bool> {
                return change([&] { batch_.erase(Table::kDead, key); });
            }));
        // One segment that is missing, and that all points are in: opening rebuilds it.
        Manifest manifest;
        manifest.segments = {{segment, 0}};
        manifest.next_segment = segment + 1;
        manifest.sealed_through = last_;
        report_.points = newest_.size();
        std::string state(16, '\0');
        const uint64_t next = last_ + 1;
        std::memcpy(state.data(), &next, 8);
        std::memcpy(state.data() + 8, &report_.points, 8);
        TEMBLOR_RETURN_IF_ERROR(write());
        batch_.put(Table::kMeta, "schema", schema.to_json());
        batch_.put(Table::kMeta, "state", state);
        batch_.put(Table::kMeta, "manifest", manifest.to_json());
        TEMBLOR_RETURN_IF_ERROR(write());
        return report_;
    }

private:
    template <typename Change>
    Result<bool> change(const Change& add) {
        add();
        if (++changes_ % kReportEvery == 0 && progress_.cancelled())
            return Status::cancelled("the repair was interrupted");
        if (batch_.bytes() >= kBatchBytes) TEMBLOR_RETURN_IF_ERROR(write());
        return true;
    }
    Status write() {
        Status status = batch_.empty() ? Status::ok() : database_.write(batch_);
        batch_ = {};
        return status;
    }

    /// The newest whole point of each id; all others go.
    Status find_points(const DatabaseView& view, const Schema& schema) {
        uint64_t seen = 0;
        const auto drop = [&](std::string_view key) {
            ++report_.dropped;
            return change([&] {
                batch_.erase(Table::kPoints, key);
                batch_.erase(Table::kVectors, key);
            });
        };
        return view.scan(
            Table::kPoints, {}, {},
            [&](std::string_view key, std::string_view value) -> Result<bool> {
                if (++seen % kReportEvery == 0) {
                    if (progress_.cancelled())
                        return Status::cancelled("the repair was interrupted");
                    progress_.report("looking for points", seen, 0);
                }
                TEMBLOR_ASSIGN_OR_RETURN(const uint64_t ordinal, decode_ordinal(key));
                last_ = std::max(last_, ordinal);
                auto stored = decode_point(value);
                if (!stored.is_ok()) return drop(key);
                TEMBLOR_ASSIGN_OR_RETURN(const auto vectors, view.get(Table::kVectors, key));
                auto decoded = vectors ? decode_vectors(*vectors)
                                       : Result<std::vector<NamedVector>>(
                                             Status::corruption("a point without vectors"));
                if (!decoded.is_ok()) return drop(key);
                const Point point{stored->id, stored->payload, std::move(decoded).value()};
                if (!schema.validate(point).is_ok()) return drop(key);
                auto [entry, is_new] = newest_.try_emplace(encode_id(point.id), ordinal);
                if (is_new) return true;
                const std::string old = encode_ordinal(entry->second);
                entry->second = ordinal;
                return drop(old);
            });
    }

    Status mend_ids(const DatabaseView& view) {
        std::unordered_map<std::string, uint64_t> unlisted = newest_;
        TEMBLOR_RETURN_IF_ERROR(view.scan(
            Table::kIds, {}, {}, [&](std::string_view key, std::string_view value) -> Result<bool> {
                const auto found = unlisted.find(std::string(key));
                if (found == unlisted.end()) return change([&] { batch_.erase(Table::kIds, key); });
                const std::string right = encode_ordinal(found->second);
                unlisted.erase(found);
                if (value == right) return true;
                return change([&] { batch_.put(Table::kIds, key, right); });
            }));
        for (const auto& [key, ordinal] : unlisted) {
            ++report_.restored;
            TEMBLOR_ASSIGN_OR_RETURN(const bool more, change([&, &k = key, o = ordinal] {
                                         batch_.put(Table::kIds, k, encode_ordinal(o));
                                     }));
            (void)more;
        }
        return Status::ok();
    }

    Database& database_;
    Progress& progress_;
    SalvageReport report_;
    std::unordered_map<std::string, uint64_t> newest_;  ///< encoded id -> ordinal
    uint64_t last_ = 0;
    DatabaseBatch batch_;
    uint64_t changes_ = 0;
};

}  // namespace

Result<SalvageReport> salvage_collection(const std::string& folder, const Schema& otherwise,
                                         const CollectionOptions& options, Progress& progress) {
    const std::string path = folder + "/db";
    progress.report("salvaging the database", 0, 0);
    TEMBLOR_RETURN_IF_ERROR(salvage_database(path).with_context(path));
    TEMBLOR_ASSIGN_OR_RETURN(const auto database, Database::open_repaired(path, options.database));
    TEMBLOR_RETURN_IF_ERROR(database->compact().with_context(path));
    uint64_t segment = 1;  // above all folders there are
    for (const char* part : {"/segments", "/quarantine"}) {
        const auto held = options.files->list(folder + part);
        if (!held.is_ok()) continue;
        for (const FileInfo& f : *held) {
            uint64_t number = 0;
            const auto [end, error] =
                std::from_chars(f.name.data(), f.name.data() + f.name.size(), number);
            if (error == std::errc() && number < UINT64_MAX - 1)
                segment = std::max(segment, number + 1);
        }
    }
    TEMBLOR_ASSIGN_OR_RETURN(const SalvageReport report,
                             Salvage(*database, progress).run(otherwise, segment));
    TEMBLOR_RETURN_IF_ERROR(database->flush());
    return report;
}

}  // namespace temblor
