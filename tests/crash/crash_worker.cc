// Writes until it is killed: crash_worker FOLDER SEED FIRST JOURNAL [SYNC_POINT N]. Each write's
// number goes to the journal once it is acknowledged. With a sync point it kills itself there, at
// the N-th time.

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <string>

#include <fcntl.h>
#include <unistd.h>

#include "index/collection/sync_point.h"
#include "tests/crash/scripted_writes.h"
#include "tests/sanitized.h"

namespace {

const char* deadly_point = nullptr;
std::atomic<int> times_left = 0;

void die_there(const char* name) {
    if (std::strcmp(name, deadly_point) == 0 && --times_left == 0) ::kill(::getpid(), SIGKILL);
}

}  // namespace

int main(int argc, char** argv) {
    using namespace temblor;  // NOLINT(google-build-using-namespace)
    if (argc < 5) return 2;
    const std::string folder = argv[1];
    const uint64_t seed = std::stoull(argv[2]);
    uint64_t number = std::stoull(argv[3]);
    const int journal = ::open(argv[4], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (argc > 6) {
        deadly_point = argv[5];
        times_left = std::atoi(argv[6]);
        SyncPoint::set(die_there);
    }
    auto opened = Collection::open(folder, temblor::testing::script_options());
    if (opened.status().code() == StatusCode::kNotFound)
        opened = Collection::create(folder, temblor::testing::model_schema(),
                                    temblor::testing::script_options());
    if (!opened.is_ok() || journal < 0) return 3;
    // Past the fourth snapshot; a worker whose point is never reached ends here.
    const uint64_t writes = temblor::testing::all_or_some(4000, 1300);
    for (uint64_t i = 0; i < writes; ++i, ++number) {
        if (!temblor::testing::run_scripted(**opened, seed, number).is_ok()) return 4;
        const std::string line = std::to_string(number) + "\n";
        if (::write(journal, line.data(), line.size()) < 0) return 5;
        if (i % 300 == 299) {
            (void)(*opened)->create_payload_index("tags[]", PayloadType::kKeyword);
            (void)(*opened)->snapshot(folder + ".tar", no_progress());
            (void)(*opened)->drop_payload_index("tags[]");
        }
    }
    return 0;
}
