#pragma once

#include <cstdint>
#include <string_view>

namespace temblor {

/// How long work reports and is stopped. The library never prints: a caller derives from this.
/// Called from one thread at a time, about every tenth of a second of work, never in an inner loop.
class Progress {
public:
    virtual ~Progress() = default;
    /// `done` of `total` units ("documents", "lists") of `stage` are finished; total 0 is unknown.
    virtual void report(std::string_view stage, uint64_t done, uint64_t total) = 0;
    /// True asks the work to stop soon with StatusCode::kCancelled, leaving nothing behind.
    /// May be called from any thread.
    [[nodiscard]] virtual bool cancelled() const = 0;
};

/// A Progress that shows nothing and never cancels.
Progress& no_progress();

}  // namespace temblor
