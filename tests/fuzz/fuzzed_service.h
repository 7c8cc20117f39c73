#pragma once

#include <memory>
#include <string>

#include "tests/server/test_service.h"

namespace temblor::testing {

/// A service on a port of its own, with a small collection "c": sparse "s", dense "d" and "", 20
/// points. After 500 uses it begins anew in an empty folder, so that what inputs write does not
/// grow.
class FuzzedService {
public:
    FuzzedService();
    ~FuzzedService();
    FuzzedService(const FuzzedService&) = delete;
    FuzzedService& operator=(const FuzzedService&) = delete;

    TestService& next();

private:
    void begin();

    std::string folder_;
    std::unique_ptr<TestService> service_;
    int uses_ = 0;
};

}  // namespace temblor::testing
