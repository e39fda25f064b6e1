// What a child that reads foreign files may do.
#ifndef CONFINEMENT_H
#define CONFINEMENT_H

// From now on the process can read what it has open, write to `target` if that is not negative, take memory and end.
// Anything else kills it. Where the kernel has no such filter, nothing happens.
void confine(int target);

#endif
