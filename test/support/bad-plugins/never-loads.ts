await new Promise(() => {})

export default { slug: 'never-loads', processEvent() {} }
