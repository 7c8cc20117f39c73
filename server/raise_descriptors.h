#pragma once

namespace temblor {

/// Lets the process open as many files as the system allows it.
void raise_descriptor_limit();

}  // namespace temblor
