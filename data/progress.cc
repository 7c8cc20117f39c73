#include "data/progress.h"

namespace temblor {
namespace {

class NoProgress final : public Progress {
public:
    void report(std::string_view /*stage*/, uint64_t /*done*/, uint64_t /*total*/) override {}
    [[nodiscard]] bool cancelled() const override { return false; }
};

}  // namespace

Progress& no_progress() {
    static NoProgress instance;
    return instance;
}

}  // namespace temblor
