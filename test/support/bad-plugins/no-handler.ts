export default { slug: 'no-handler', title: 'Has no processEvent' }
