/* What the kernels and their checks call of the C library, for which Embedded Swift has no module. */
double cos(double);
double erfc(double);
double exp(double);
double log(double);
double log1p(double);
double tanh(double);
void exit(int);
