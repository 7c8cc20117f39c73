// Makes one change of a store and is killed on the way: store_worker FOLDER ARCHIVE CHANGE
// [SYNC_POINT], CHANGE being create, drop or restore (of collection "n"), or save (of "c").

#include <csignal>
#include <cstring>
#include <string>

#include <unistd.h>

#include "index/collection/store.h"
#include "index/collection/sync_point.h"
#include "tests/collection/collection_model.h"

namespace {

const char* deadly_point = "";

void die_there(const char* name) {
    if (std::strcmp(name, deadly_point) == 0) ::kill(::getpid(), SIGKILL);
}

}  // namespace

int main(int argc, char** argv) {
    using namespace temblor;  // NOLINT(google-build-using-namespace)
    if (argc < 4) return 2;
    const std::string archive = argv[2];
    const std::string change = argv[3];
    StoreOptions options;
    options.collection.background = false;
    const auto opened = Store::open(argv[1], options);
    if (!opened.is_ok()) return 3;
    Store& store = **opened;
    if (argc > 4) deadly_point = argv[4];
    SyncPoint::set(die_there);
    Status status = Status::invalid_argument(change);
    if (change == "create")
        status = store.create_collection("n", temblor::testing::model_schema()).status();
    if (change == "drop") status = store.drop_collection("n");
    if (change == "restore")
        status = store.restore_collection("n", archive, no_progress()).status();
    if (change == "save") status = (*store.collection("c"))->snapshot(archive, no_progress());
    return status.is_ok() ? 0 : 4;
}
